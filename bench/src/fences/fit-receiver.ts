import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadTracks } from "@purrimeter/simulator/load-tracks";
import { LocalPlane } from "@purrimeter/simulator/local-plane";
import { readCsv } from "@purrimeter/simulator/read-csv";
import { FITTED } from "./fitted-receiver.ts";
import {
  type CatFix,
  countCats,
  figuresOfCats,
  figuresOfLogs,
  figuresOfLongLog,
  figuresOfModel,
  quantile,
  type ReceiverFigures,
  type StillLog,
} from "./receiver-figures.ts";

/**
 * Prints what logs of real receivers say of their errors, and what the fitted model says of its own: `npx node
 * bench/src/fences/fit-receiver.ts`. The logs lie beside the checkout.
 */

const LOGS = fileURLToPath(new URL("../../../../shared/data/nmea/", import.meta.url));
const CATS = fileURLToPath(new URL("../../../../shared/data/cats/cats_uk.csv", import.meta.url));

/** Receivers at rest for a minute or longer, the longest first. */
const STILL = ["signalk-gps.log", "gpsd-telit-he910.log", "gpsd-ublox-8.log", "gpsd-ublox-neo-m9n-nmea.log"];

/** Slower than this by its Doppler, a cat sits; the file's unit is metres an hour. */
const STILL_M_H = 0.05 * 3_600;

/** No garden's height differs by so much from the house's: such a fix is a bad one, whatever its place. */
const BAD_HEIGHT_M = 100;

const HOME_M = 30;

async function stillLog(name: string): Promise<StillLog> {
  const file = await loadTracks(LOGS + name);
  const track = file.ok ? file.tracks[0] : undefined;
  if (track === undefined) throw new Error(`${name}: no fixes`);
  const plane = new LocalPlane(track.lat[0] as number, track.lon[0] as number);
  const eastM = Array.from(track.lon, (lon) => plane.eastM(lon));
  const northM = Array.from(track.lat, (lat) => plane.northM(lat));
  return { eastM, northM, claimedM: [...track.accuracyM] };
}

interface Row {
  readonly at: number;
  readonly lat: number;
  readonly lon: number;
  readonly heightM: number;
  readonly speedMH: number;
  readonly isMarked: boolean;
}

async function catRows(): Promise<Map<string, Row[]>> {
  const cats = new Map<string, Row[]>();
  let head: readonly string[] = [];
  const fault = await readCsv(CATS, (record) => {
    if (head.length === 0) {
      head = record;
      return true;
    }
    const of = (column: string): string => record[head.indexOf(column)] ?? "";
    const rows = cats.get(of("tag_id")) ?? [];
    cats.set(of("tag_id"), rows);
    rows.push({
      at: Date.parse(of("timestamp")) / 1_000,
      lat: Number(of("location_lat")),
      lon: Number(of("location_long")),
      heightM: Number(of("height_above_ellipsoid")),
      speedMH: Number(of("ground_speed")),
      isMarked: of("visible") !== "TRUE",
    });
    return true;
  });
  if (fault !== undefined) throw new Error(`${CATS}, line ${fault.line}: ${fault.detail}`);
  return cats;
}

function catFixes(rows: readonly Row[]): CatFix[] {
  const good = rows.filter(({ isMarked }) => !isMarked);
  const middle = (of: (row: Row) => number, from = good): number => quantile(from.map(of), 0.5);
  const plane = new LocalPlane(
    middle(({ lat }) => lat),
    middle(({ lon }) => lon),
  );
  const atHome = good.filter(({ lat, lon }) => plane.distanceM(lat, lon) < HOME_M);
  const homeM = middle(({ heightM }) => heightM, atHome);
  return rows.map(({ at, lat, lon, heightM, speedMH, isMarked }) => ({
    at,
    eastM: plane.eastM(lon),
    northM: plane.northM(lat),
    isBad: isMarked || Math.abs(heightM - homeM) > BAD_HEIGHT_M,
    isStill: speedMH < STILL_M_H,
  }));
}

/** What the logs and the recorded cats give; undefined where they are not beside the checkout. */
export async function loggedFigures(): Promise<ReceiverFigures | undefined> {
  if (!existsSync(LOGS) || !existsSync(CATS)) return undefined;
  const logs = await Promise.all(STILL.map(stillLog));
  const cats = countCats([...(await catRows()).values()].map(catFixes));
  const [longest] = logs;
  if (longest === undefined) return undefined;
  return { ...figuresOfLogs(logs), ...figuresOfLongLog(longest), ...figuresOfCats(cats) };
}

if (import.meta.main) {
  const logged = await loggedFigures();
  const model = figuresOfModel(FITTED, 1);
  const rows = Object.entries(model).map(([figure, value]) => {
    const log = logged?.[figure] ?? NaN;
    return [
      figure,
      { logs: log.toPrecision(3), model: value.toPrecision(3), ratio: (value / log).toFixed(2) },
    ];
  });
  console.table(Object.fromEntries(rows));
}
