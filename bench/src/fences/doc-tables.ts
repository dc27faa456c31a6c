import { linesOf, markdownTable, rewriteTables } from "../rewrite-tables.ts";
import type { FenceLine } from "./fence-line.ts";

/**
 * Rewrites the tables of docs/fences.md from a whole run: `node bench/src/fences/doc-tables.ts NEW.jsonl [OLD.jsonl]`, each
 * file made by `npm run bench -- fences --json`. With a second file each of our figures has the older one in brackets.
 */

const [newFile, oldFile] = process.argv.slice(2);
const NEW = linesOf<FenceLine>(newFile);
const OLD = linesOf<FenceLine>(oldFile);

type Wanted = Partial<FenceLine>;

function find(lines: readonly FenceLine[], wanted: Wanted): FenceLine | undefined {
  return lines.find((line) =>
    Object.entries(wanted).every(([key, value]) => line[key as keyof FenceLine] === value),
  );
}

/** One figure of one rule; of ours, the older one in brackets. */
function figure(wanted: Wanted, rule: string, show: (line: FenceLine) => string): string {
  const line = find(NEW, { ...wanted, rule });
  if (line === undefined) return "-";
  const old = rule === "ours" ? find(OLD, { ...wanted, rule }) : undefined;
  return old === undefined ? show(line) : `**${show(line)}** (${show(old)})`;
}

const perDay = ({ falseAlarmsPerCatDay }: FenceLine): string =>
  String(Number(falseAlarmsPerCatDay.toPrecision(2)));
const delay = ({ delayMedianS, delayP95S }: FenceLine): string =>
  delayMedianS === null ? "-" : `${delayMedianS}, ${delayP95S} s`;
const fixes = ({ fixesMedian, fixesP95 }: FenceLine): string =>
  fixesMedian === null ? "-" : `${fixesMedian}, ${fixesP95}`;
const percent = (share: number): string => `${Math.round(share * 100)} %`;
const told = ({ exits, missed, silentExits, alreadyOutside }: FenceLine): string =>
  exits === 0
    ? "-"
    : percent((exits - missed - silentExits - alreadyOutside) / Math.max(1, exits - alreadyOutside));
const alarmed = ({ strainsAlarmedShare }: FenceLine): string =>
  strainsAlarmedShare === null ? "-" : percent(strainsAlarmedShare);
const silent = ({ silentShare }: FenceLine): string => percent(silentShare ?? 0);
const first = ({ firstSideMedianS, firstSideP95S }: FenceLine): string =>
  firstSideMedianS === null ? "never" : `${firstSideMedianS}, ${firstSideP95S} s`;

const PEERS = ["naive", "gate", "two in a row"] as const;
const PACES = [
  { pace: "own", intervalS: 60 },
  { pace: "fixed", intervalS: 60 },
  { pace: "fixed", intervalS: 120 },
  { pace: "fixed", intervalS: 300 },
] as const;
const OWN_AND_MINUTES = PACES.slice(0, 3);
const paceName = ({ pace, intervalS }: Wanted): string => (pace === "own" ? "its own" : `${intervalS} s`);

function livesTable(world: string): string {
  const rows = PACES.flatMap((pace) =>
    [50, 75, 100].map((radiusM) => {
      const wanted = { world, radiusM, ...pace };
      const peers = PEERS.map((rule) => figure(wanted, rule, perDay));
      const ours = [perDay, silent, delay].map((show) => figure(wanted, "ours", show));
      return [`${radiusM} m, ${paceName(pace)}`, ...peers, ...ours, figure(wanted, "two in a row", delay)];
    }),
  );
  const head = ["zone, pace", ...PEERS, "ours", "silent changes", "delay", "delay of two in a row"];
  return markdownTable(head, rows);
}

const CARRIED = [...[0.7, 1.5, 3, 5, 14, 25].map((speed) => `carried-${speed}`), "carried-outage"];

function carriedTable(): string {
  const paces = [PACES[0], ...[20, 60, 120, 300].map((intervalS) => ({ pace: "fixed" as const, intervalS }))];
  const rows = CARRIED.flatMap((world) =>
    paces.map((pace) => {
      const wanted = { world, ...pace };
      const ours = [fixes, delay].map((show) => figure(wanted, "ours", show));
      return [world, paceName(pace), figure(wanted, "two in a row", fixes), ...ours];
    }),
  );
  return markdownTable(["world", "pace", "two in a row, fixes", "ours, fixes", "ours, delay"], rows);
}

function casesTable(world: string, show: (line: FenceLine) => string): string {
  const cases = [...new Set(NEW.filter((line) => line.world === world).map((line) => line.case))];
  const rows = cases.flatMap((one) =>
    OWN_AND_MINUTES.map((pace) => {
      const wanted = { world, case: one, ...pace };
      const rules = [...PEERS, "ours"].map((rule) => figure(wanted, rule, show));
      return [one, paceName(pace), ...rules];
    }),
  );
  return markdownTable(["case", "pace", ...PEERS, "ours"], rows);
}

function smallTable(): string {
  const rows = [20, 30, 40, 50, 75].flatMap((radiusM) =>
    OWN_AND_MINUTES.map((pace) => {
      const lives = { world: radiusM < 50 ? `small-${radiusM}` : "invented", radiusM, ...pace };
      const ours = [perDay, silent].map((show) => figure(lives, "ours", show));
      const start = figure({ world: `start-${radiusM}`, radiusM, ...pace }, "ours", first);
      return [`${radiusM} m, ${paceName(pace)}`, figure(lives, "two in a row", perDay), ...ours, start];
    }),
  );
  return markdownTable(["zone, pace", "two in a row", "ours", "silent changes", "first side"], rows);
}

function curvesTable(): string {
  const rules = [...new Set(NEW.map(({ rule }) => rule))];
  const at = { radiusM: 75, pace: "fixed", intervalS: 60 } as const;
  const rows = rules.map((rule) => [
    rule,
    figure({ world: "recorded", ...at }, rule, perDay),
    figure({ world: "invented", ...at }, rule, perDay),
    figure({ world: "invented", ...at }, rule, delay),
    figure({ world: "carried-5", ...at }, rule, fixes),
    figure({ world: "beyond", case: "15 m, 60 min", ...at }, rule, told),
  ]);
  const head = [
    "rule",
    "recorded",
    "invented",
    "delay, invented",
    "carried at 5 m/s, fixes",
    "15 m beyond for 1 h",
  ];
  return markdownTable(head, rows);
}

const toldOrAlarmed = (line: FenceLine): string => (line.exits > 0 ? told(line) : alarmed(line));

rewriteTables(
  new URL("../../../docs/fences.md", import.meta.url),
  new Map([
    ["recorded", livesTable("recorded")],
    ["carried", carriedTable()],
    ["beyond", casesTable("beyond", toldOrAlarmed)],
    ["small", smallTable()],
    ["biased", casesTable("biased", alarmed)],
    ["next-door", casesTable("next-door", toldOrAlarmed)],
    ["invented", livesTable("invented")],
    ["curves", curvesTable()],
  ]),
);
