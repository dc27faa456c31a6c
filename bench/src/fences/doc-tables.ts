import { readFileSync } from "node:fs";
import type { FenceLine } from "./fence-line.ts";

/**
 * Prints the tables of docs/fences.md from a whole run: `node bench/src/fences/doc-tables.ts NEW.jsonl [OLD.jsonl]`, each
 * file made by `npm run bench -- fences --json`. With a second file each of our figures has the older one in brackets.
 */

function linesOf(file: string | undefined): readonly FenceLine[] {
  if (file === undefined) return [];
  const rows = readFileSync(file, "utf8").split("\n");
  return rows.filter((row) => row.startsWith("{")).map((row) => JSON.parse(row) as FenceLine);
}

const [newFile, oldFile] = process.argv.slice(2);
const NEW = linesOf(newFile);
const OLD = linesOf(oldFile);

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

function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  console.log([line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n"), "\n");
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
const paceName = ({ pace, intervalS }: Wanted): string => (pace === "own" ? "its own" : `${intervalS} s`);

function livesTable(world: string): void {
  console.log(`### ${world}\n`);
  const rows = PACES.flatMap((pace) =>
    [50, 75, 100].map((radiusM) => {
      const wanted = { world, radiusM, ...pace };
      const peers = PEERS.map((rule) => figure(wanted, rule, perDay));
      const ours = [perDay, delay, silent].map((show) => figure(wanted, "ours", show));
      const missed = figure(wanted, "ours", (line) => `${line.missed} of ${line.exits}`);
      return [
        `${radiusM} m`,
        paceName(pace),
        ...peers,
        ...ours,
        figure(wanted, "two in a row", delay),
        missed,
      ];
    }),
  );
  const head = [
    "zone",
    "pace",
    "naive",
    "gate",
    "two in a row",
    "ours",
    "delay",
    "silent",
    "delay of two in a row",
  ];
  table([...head, "missed"], rows);
}

function carriedTable(): void {
  console.log("### carried\n");
  const worlds = [...[0.7, 1.5, 3, 5, 14, 25].map((speed) => `carried-${speed}`), "carried-outage"];
  const paces = [PACES[0], ...[20, 60, 120, 300].map((intervalS) => ({ pace: "fixed" as const, intervalS }))];
  const rows = worlds.flatMap((world) =>
    paces.map((pace) => {
      const wanted = { world, ...pace };
      const ours = [fixes, delay, perDay].map((show) => figure(wanted, "ours", show));
      return [world, paceName(pace), figure(wanted, "two in a row", fixes), ...ours];
    }),
  );
  table(["world", "pace", "two in a row, fixes", "ours, fixes", "ours, delay", "ours, false a day"], rows);
}

function casesTable(world: string, show: (line: FenceLine) => string): void {
  console.log(`### ${world}\n`);
  const cases = [...new Set(NEW.filter((line) => line.world === world).map((line) => line.case))];
  const rows = cases.flatMap((one) =>
    PACES.slice(0, 3).map((pace) => {
      const wanted = { world, case: one, ...pace };
      const rules = [...PEERS, "ours"].map((rule) => figure(wanted, rule, show));
      return [one, paceName(pace), ...rules, figure(wanted, "ours", delay)];
    }),
  );
  table(["case", "pace", ...PEERS, "ours", "ours, delay"], rows);
}

function smallTable(): void {
  console.log("### small zones\n");
  const rows = [20, 30, 40, 50, 75].flatMap((radiusM) =>
    PACES.slice(0, 3).map((pace) => {
      const lives = { world: radiusM < 50 ? `small-${radiusM}` : "invented", radiusM, ...pace };
      const ours = [perDay, silent, delay].map((show) => figure(lives, "ours", show));
      const start = figure({ world: `start-${radiusM}`, radiusM, ...pace }, "ours", first);
      return [`${radiusM} m`, paceName(pace), figure(lives, "two in a row", perDay), ...ours, start];
    }),
  );
  table(["zone", "pace", "two in a row", "ours", "silent", "delay", "first side (median, 95 %)"], rows);
}

function curvesTable(): void {
  console.log("### curves\n");
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
  table(
    ["rule", "recorded", "invented", "delay", "carried at 5 m/s, fixes", "15 m beyond for an hour, told"],
    rows,
  );
}

livesTable("recorded");
livesTable("invented");
carriedTable();
casesTable("beyond", told);
casesTable("biased", perDay);
casesTable("next-door", (line) => (line.exits > 0 ? told(line) : perDay(line)));
smallTable();
curvesTable();
