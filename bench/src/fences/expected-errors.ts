import { writeFileSync } from "node:fs";
import type { IntervalErrors, ReceiverErrors, ZoneErrors } from "@purrimeter/store/expected-errors";
import { markdownTable, rewriteTables } from "../rewrite-tables.ts";
import { fenceLine, quantileOf } from "./fence-line.ts";
import { RULES } from "./fence-rules.ts";
import { inventedDays } from "./fence-world.ts";
import { scoreCats, SEEDS } from "./fences.ts";
import type { CatDays } from "./cat-days.ts";
import type { FenceRule } from "./zone-tag.ts";
import { SMALL_RADII_M } from "./worlds.ts";

/**
 * Measures how often the tag is wrong in small zones, and writes the table by which owners are warned, and the page's:
 * `node bench/src/fences/expected-errors.ts` (a minute or two), then `npm run format`. The cats are those of the worlds small-10 to small-75 of
 * `npm run bench -- fences --world small` at the tag's own pace; here receivers that err less and more see them too.
 */

const TABLE = new URL("../../../store/src/geofences/expected-errors-table.ts", import.meta.url);

const PAGE = new URL("../../../docs/fences.md", import.meta.url);

/** How many times the fitted receiver's error and claim. */
const ERROR_TIMES = [0.5, 1, 2, 4];
const INTERVALS_S = [60, 120, 300];
const RADII_M = [...SMALL_RADII_M, 100, 150];
const CATS = 100;
const DAYS = 2;
const LOOK_S = 15;

const digits = (value: number): number => Number(value.toPrecision(2));

function zoneErrors(
  cats: readonly CatDays[],
  rule: FenceRule,
  intervalS: number,
  depthM: number,
): ZoneErrors {
  const of = {
    world: `small-${depthM}`,
    case: "",
    rule: rule.name,
    pace: "own",
    radiusM: depthM,
    intervalS,
  } as const;
  const line = fenceLine(of, scoreCats(cats, rule, depthM, "own", intervalS));
  return {
    depthM,
    noSideShare: digits(line.noSideShare),
    wrongSideShare: digits(line.wrongSideShare),
    falseAlarmsPerWeek: digits(line.falseAlarmsPerCatDay * 7),
  };
}

function receiverErrors(errorTimes: number, rule: FenceRule): ReceiverErrors {
  const watching = { lookS: LOOK_S, receiver: "fitted" as const, seed: SEEDS.reporting, errorTimes };
  const cats = inventedDays(CATS, DAYS, watching);
  const claimsDm = cats.flatMap(({ accuracyDm }) => [...accuracyDm]);
  const claimM = (share: number): number => digits((quantileOf(claimsDm, share) ?? 0) / 10);
  const intervals = INTERVALS_S.map((intervalS): IntervalErrors => ({
    intervalS,
    zones: RADII_M.map((depthM) => zoneErrors(cats, rule, intervalS, depthM)),
  }));
  return { claimMedianM: claimM(0.5), claimP90M: claimM(0.9), intervals };
}

function sourceOf(table: readonly ReceiverErrors[]): string {
  const rows = (zones: readonly ZoneErrors[]): string =>
    zones
      .map(
        (zone) =>
          `[${[zone.depthM, zone.noSideShare, zone.wrongSideShare, zone.falseAlarmsPerWeek].join(", ")}],`,
      )
      .join("\n");
  const intervals = (all: readonly IntervalErrors[]): string =>
    all.map(({ intervalS, zones }) => `${intervalS}: [\n${rows(zones)}\n],`).join("\n");
  const receivers = table.map(
    ({ claimMedianM, claimP90M, intervals: all }) =>
      `{ claimMedianM: ${claimMedianM}, claimP90M: ${claimP90M}, bySeconds: {\n${intervals(all)}\n} },`,
  );
  return `/** Depth of the zone in metres, share of the time without a side, share with a wrong side, false alarms a week. */
type MeasuredZone = readonly [number, number, number, number];

/** A receiver by the errors that it claims, metres: zones by ascending depth for each number of seconds between fixes. */
interface MeasuredReceiver {
  readonly claimMedianM: number;
  readonly claimP90M: number;
  readonly bySeconds: Readonly<Record<string, readonly MeasuredZone[]>>;
}

/**
 * Made by \`node bench/src/fences/expected-errors.ts\` and \`npm run format\`: ${CATS} invented cats of ${DAYS} days, the tag at its own pace. The receivers are
 * the fitted one of docs/fences.md with ${ERROR_TIMES.join(", ")} times its error and claims.
 */
export const EXPECTED_ERRORS_TABLE: readonly MeasuredReceiver[] = [
${receivers.join("\n")}
];
`;
}

/** The table of the page: all receivers, a fix a minute. */
function pageTable(table: readonly ReceiverErrors[]): string {
  const head = ["depth", ...table.map(({ claimMedianM }) => `claims ${claimMedianM} m`)];
  const zonesOf = ({ intervals }: ReceiverErrors): readonly ZoneErrors[] => intervals[0]?.zones ?? [];
  const cellOf = ({ noSideShare, wrongSideShare, falseAlarmsPerWeek }: ZoneErrors): string =>
    `${Math.round((noSideShare + wrongSideShare) * 100)} %, ${Math.round(falseAlarmsPerWeek)}`;
  const rows = RADII_M.map((depthM) => [
    `${depthM} m`,
    ...table.flatMap((receiver) =>
      zonesOf(receiver)
        .filter((zone) => zone.depthM === depthM)
        .map(cellOf),
    ),
  ]);
  return markdownTable(head, rows);
}

const ours = RULES.find(({ name }) => name === "ours");
if (ours === undefined) throw new Error("ours is not among the rules");
const measured = ERROR_TIMES.map((times) => receiverErrors(times, ours));
writeFileSync(TABLE, sourceOf(measured));
rewriteTables(PAGE, new Map([["expected", pageTable(measured)]]));
