import { type Life, nowhere } from "@purrimeter/simulator/life";
import { LocalPlane } from "@purrimeter/simulator/local-plane";
import { Random, seedOf } from "@purrimeter/simulator/random";
import { COLLAR_RECEIVER, ReceiverError } from "@purrimeter/simulator/receiver-model";
import { SyntheticCat } from "@purrimeter/simulator/synthetic-cat";
import { homeOf, type Track } from "@purrimeter/simulator/track";
import { type ErrorSource, FittedReceiver } from "./fitted-receiver.ts";
import { realTracks } from "./real-tracks.ts";

/** The truth is looked at this often. */
export const TRUTH_STEP_S = 10;

/** The receiver of record is fitted to logs; the collar's is the simulator's, with chosen figures. */
export type Receiver = "fitted" | "collar";

/** Share of searches indoors that give a fix all the same, and how such fixes of the collar's receiver drift (assumptions). */
const INDOOR_FIX_SHARE = 0.15;
const INDOOR_DRIFT_M = 25;
const INDOOR_CORRELATION_S = 300;

/** After this long without a fix the receiver sees other satellites. */
const RESTART_AFTER_S = 1_800;

/** Recorded fixes farther apart than this say nothing about the way between them. */
const LONGEST_GAP_S = 900;

/** One cat: where it truly was and what its receiver said, as distances from its home in metres. */
export interface CatDays {
  readonly days: number;
  /** Truth every TRUTH_STEP_S from `startsAt` on. */
  readonly startsAt: number;
  readonly trueM: Float32Array;
  /** Fixes. */
  readonly at: Float64Array;
  readonly fixM: Float32Array;
  readonly accuracyDm: Uint16Array;
  /** When the last search between this fix and the one before found nothing; 0 for none. */
  readonly darkAt: Float64Array;
}

interface Place {
  eastM: number;
  northM: number;
  sky: "open" | "partial" | "none";
}

/** Fills in where the cat is, from home, or says that nobody knows. Times only grow. */
type Whereabouts = (at: number, into: Place) => boolean;

function aroundHome(life: Life, home: LocalPlane): Whereabouts {
  const truth = nowhere();
  return (at, into) => {
    life.at(at, truth);
    into.eastM = home.eastM(truth.lonDegrees);
    into.northM = home.northM(truth.latDegrees);
    into.sky = truth.sky;
    return true;
  };
}

/** How cats are looked at. */
export interface Watching {
  readonly intervalS: number;
  readonly receiver: Receiver;
  readonly seed: number;
}

function errorOf(receiver: Receiver, random: Random): ErrorSource {
  return receiver === "fitted" ? new FittedReceiver(random) : new ReceiverError(COLLAR_RECEIVER, random);
}

/** Looks at the cat for so long, with a fix every `intervalS` where the receiver has one. */
function watch(
  whereabouts: Whereabouts,
  startsAt: number,
  seconds: number,
  { intervalS, receiver }: Watching,
  seed: number,
): CatDays {
  const random = new Random(seed);
  const error = errorOf(receiver, random);
  const place: Place = { eastM: 0, northM: 0, sky: "none" };
  const trueM = new Float32Array(Math.ceil(seconds / TRUTH_STEP_S)).fill(NaN);
  const fixes: [number, number, number, number][] = [];
  let darkAt = 0;
  let drift = { eastM: 0, northM: 0 };
  let lastFixAt = -Infinity;
  error.restart();
  for (let i = 0; i < trueM.length; i++) {
    const at = startsAt + i * TRUTH_STEP_S;
    if (!whereabouts(at, place)) continue;
    trueM[i] = Math.hypot(place.eastM, place.northM);
    if ((i * TRUTH_STEP_S) % intervalS !== 0) continue;
    const indoors = place.sky === "none";
    if (at - lastFixAt > RESTART_AFTER_S) error.restart();
    // The receiver's error goes on while it has no fix, so that gaps make no episode likelier or longer.
    error.advance(intervalS, place.sky);
    drift = drifted(drift, indoors && receiver === "collar", random, intervalS);
    if (indoors && !random.chance(INDOOR_FIX_SHARE)) {
      darkAt = at;
      continue;
    }
    lastFixAt = at;
    const eastM = place.eastM + error.eastM + drift.eastM;
    const northM = place.northM + error.northM + drift.northM;
    const accuracyDm = Math.max(1, Math.round(error.claimedM * 10));
    fixes.push([at, Math.hypot(eastM, northM), accuracyDm, darkAt]);
    darkAt = 0;
  }
  const column = (n: 0 | 1 | 2 | 3) => fixes.map((fix) => fix[n]);
  return {
    days: trueM.reduce((sum, metres) => sum + (metres >= 0 ? TRUTH_STEP_S / 86_400 : 0), 0),
    startsAt,
    trueM,
    at: Float64Array.from(column(0)),
    fixM: Float32Array.from(column(1)),
    accuracyDm: Uint16Array.from(column(2)),
    darkAt: Float64Array.from(column(3)),
  };
}

function drifted(
  drift: { eastM: number; northM: number },
  indoors: boolean,
  random: Random,
  seconds: number,
) {
  if (!indoors) return { eastM: 0, northM: 0 };
  const keep = Math.exp(-seconds / INDOOR_CORRELATION_S);
  const fresh = INDOOR_DRIFT_M * Math.sqrt(1 - keep * keep);
  return {
    eastM: keep * drift.eastM + fresh * random.normal(),
    northM: keep * drift.northM + fresh * random.normal(),
  };
}

/** Invented cats that live for so many days each. */
export function inventedDays(cats: number, days: number, watching: Watching): CatDays[] {
  const startsAt = 1_790_000_000;
  const { seed } = watching;
  return Array.from({ length: cats }, (_, i) => {
    const home = new LocalPlane(50.2, -5.1);
    const cat = new SyntheticCat(seedOf(seed, i), home, startsAt);
    return watch(aroundHome(cat, home), startsAt, days * 86_400, watching, seedOf(seed, 100_000 + i));
  });
}

/** Recorded fixes smoothed by 1-2-1 and joined by straight lines, except over gaps. */
function alongTrack(track: Track): Whereabouts {
  const home = homeOf(track);
  const plane = new LocalPlane(home.latDegrees, home.lonDegrees);
  const east = smoothed(
    track,
    Array.from(track.lon, (lon) => plane.eastM(lon)),
  );
  const north = smoothed(
    track,
    Array.from(track.lat, (lat) => plane.northM(lat)),
  );
  let i = 0;
  return (at, into) => {
    while (i + 1 < track.length && (track.at[i + 1] as number) <= at) i++;
    const from = track.at[i] as number;
    const to = track.at[i + 1];
    if (to === undefined || at < from || to - from > LONGEST_GAP_S) return false;
    const share = (at - from) / (to - from);
    into.eastM = (east[i] as number) * (1 - share) + (east[i + 1] as number) * share;
    into.northM = (north[i] as number) * (1 - share) + (north[i + 1] as number) * share;
    into.sky = Math.hypot(into.eastM, into.northM) < 15 ? "partial" : "open";
    return true;
  };
}

function smoothed(track: Track, metres: readonly number[]): number[] {
  return metres.map((metre, i) => {
    const before = (track.at[i] as number) - (track.at[i - 1] ?? -Infinity) > LONGEST_GAP_S;
    const after = (track.at[i + 1] ?? Infinity) - (track.at[i] as number) > LONGEST_GAP_S;
    if (before || after) return metre;
    return (metres[i - 1] as number) / 4 + metre / 2 + (metres[i + 1] as number) / 4;
  });
}

/** Which of the recorded cats: figures of the decision were chosen on some, and are reported of the others. */
export type RecordedHalf = "tuning" | "reporting";

/**
 * Every other recorded cat on its smoothed track, seen by so many receivers each; none where the tracks are not there.
 */
export async function recordedDays(
  half: RecordedHalf,
  receivers: number,
  watching: Watching,
): Promise<CatDays[]> {
  const tracks = ((await realTracks()) ?? []).filter((_, i) => (i % 2 === 0) === (half === "tuning"));
  return tracks.flatMap((track, i) => {
    const startsAt = Math.ceil(track.at[0] as number);
    const seconds = (track.at[track.length - 1] as number) - startsAt;
    return Array.from({ length: receivers }, (_, receiver) => {
      const seed = seedOf(seedOf(watching.seed, 200_000 + i), receiver);
      return watch(alongTrack(track), startsAt, seconds, watching, seed);
    });
  });
}
