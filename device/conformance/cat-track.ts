import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Track } from "./scenarios/scenario.ts";

const RECORDED = fileURLToPath(new URL("../../../shared/data/cats/cats_uk.csv", import.meta.url));
const CAT = "Ginge-Tag";
const WEEK_S = 7 * 86_400;

/** The place to which the cat is moved: an uninhabited plateau in Norway. */
const PUT_LAT_E7 = 602_000_000;
const PUT_LON_E7 = 75_000_000;

export const NO_TRACK: Track = { atS: [], latE7: [], lonE7: [] };

function column(header: readonly string[], name: string): number {
  const index = header.indexOf(name);
  if (index < 0) throw new Error(`${RECORDED} has no column ${name}`);
  return index;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** A week of a recorded cat, moved to another place; undefined when the recordings are not available. */
export function catTrack(): Track | undefined {
  if (!existsSync(RECORDED)) return undefined;
  const [head = "", ...rows] = readFileSync(RECORDED, "utf8").trim().split("\n");
  const header = head.split(",");
  const [tag, at] = [column(header, "tag_id"), column(header, "timestamp")];
  const [lat, lon] = [column(header, "location_lat"), column(header, "location_long")];
  const fixes = rows.map((row) => row.split(",")).filter((cells) => cells[tag] === CAT);
  const timesS = fixes.map((cells) => Date.parse(cells[at] ?? "") / 1_000);
  const beganS = timesS[0] ?? 0;
  const within = fixes.filter((_, i) => {
    const before = timesS[i - 1] ?? -Infinity;
    return timesS[i]! > before && timesS[i]! <= beganS + WEEK_S;
  });
  const latE7 = within.map((cells) => Math.round(Number(cells[lat]) * 1e7));
  const lonE7 = within.map((cells) => Math.round(Number(cells[lon]) * 1e7));
  const [homeLat, homeLon] = [median(latE7), median(lonE7)];
  return {
    atS: within.map((cells) => Date.parse(cells[at] ?? "") / 1_000 - beganS),
    latE7: latE7.map((e7) => e7 - homeLat + PUT_LAT_E7),
    lonE7: lonE7.map((e7) => e7 - homeLon + PUT_LON_E7),
  };
}
