import { cmPerLatE7, cosine, eastwardE7, lonOverLat } from "../earth.ts";

/** What a fix says of itself, beside its distance from an edge. */
export interface SeenFix {
  readonly at: number;
  readonly latE7: number;
  readonly lonE7: number;
  readonly accuracyDm: number;
  /** The receiver's speed and course as Fix has them: both -1 when the tag hardly moves or they are unknown. */
  readonly speedCmS: number;
  readonly courseDeg10: number;
}

/** What is kept for each geofence: the odds that the tag travels, the last fix (E7), and its step (cm/s). */
export const TRAVEL_VALUES = 5;
/** Where each of them is. */
const LAT = 1;
const LON = 2;
const EAST = 3;
const NORTH = 4;

/** Mean time between two times that a cat sets out or is carried off. */
const BEGINS_S = 5_000;

/** Speeds of which a cat may set out, up to a car's. */
const SETS_OUT_CM_S = 300;

/** How far off the straight line at the same speed it may be, against the step. */
const STRAIGHT = 0.3;

/** Otherwise a cat wanders at this speed, or, as likely, a reflection moves the fix by this much. */
const WANDERS_CM_S = 20;
const REFLECTED_CM = 6_000;

/** A cat that is slower than this, or steps by no more than the fix errs, does not travel. */
const LEAST_CM_S = 40;
const LEAST_ERRORS = 2;

/** Errors of neighbouring fixes are alike for about this long, so that a step errs by less than a fix. */
const ALIKE_S = 40;

const MOST_ODDS = 1e6;

/** A tag is taken to travel from these odds on, which are a probability of 0.98. */
const TRAVELS = 49;

const QUARTER_DEG10 = 900;
const E7_PER_DEG10 = 1_000_000;

/** A receiver's speed is that of this moment, the step's an average: the squared share by which they differ, and the error. */
const SPEED_SHARE = 0.25;
const SPEED_ERROR_CM_S = 30;

/** The speed that a receiver gives of a tag that goes nowhere; the recorded cats' loggers give half as much. */
const SLOW_CM_S = 40;

const LEAST_AGREEMENT = 0.1;
const MOST_AGREEMENT = 30;

/** Density at a squared distance where about `spread` is expected, heavy-tailed; 1 / pi is left out. */
function density(square: number, spread: number): number {
  const share = spread / (spread + square);
  return (share * share) / spread;
}

/**
 * How much likelier the receiver's speed and course are of a tag that travels by this step than of one that does not. The
 * receiver measures them by Doppler, apart from its places; those of a collar have a heavy tail. Within bounds, so that a
 * receiver that gives nonsense decides nothing alone.
 */
function agreement(fix: SeenFix, east: number, north: number, went: number, error: number): number {
  const speed = fix.speedCmS;
  const course = fix.courseDeg10;
  if (speed < 0) return 1;
  const offEast = speed * cosine((course - QUARTER_DEG10) * E7_PER_DEG10) - east;
  const offNorth = speed * cosine(course * E7_PER_DEG10) - north;
  const off = offEast * offEast + offNorth * offNorth;
  const travels = density(off, SPEED_SHARE * went + SPEED_ERROR_CM_S * SPEED_ERROR_CM_S + 2 * error);
  const ratio = (2 * travels) / density(speed * speed, SLOW_CM_S * SLOW_CM_S);
  return Math.max(LEAST_AGREEMENT, Math.min(MOST_AGREEMENT, ratio));
}

/**
 * Whether the tag travels: goes straight on from fix to fix, by more than they err, where a cat that
 * wanders turns and a reflection jumps. A likelihood ratio of steps in two dimensions, which knows no cap of distances.
 * `values` from `at` on hold the state; `scaleCm` is the expected error of the fix and `seconds` the time since the last.
 */
export function travel(
  values: Float64Array,
  at: number,
  fix: SeenFix,
  scaleCm: number,
  seconds: number,
): boolean {
  const lat = values[at + LAT] as number;
  const lon = values[at + LON] as number;
  values[at + LAT] = fix.latE7;
  values[at + LON] = fix.lonE7;
  // Before the first fix all values are 0. A cat exactly on the equator waits for the next one.
  if (lat === 0) return false;
  const cmPerNorth = cmPerLatE7(lat);
  const north = ((fix.latE7 - lat) * cmPerNorth) / seconds;
  const east = (eastwardE7(lon, fix.lonE7) * cmPerNorth * lonOverLat(lat)) / seconds;
  const beforeEast = values[at + EAST] as number;
  const beforeNorth = values[at + NORTH] as number;
  // All in cm/s and their squares, so that steps of any length compare.
  const error = (scaleCm * scaleCm) / (seconds * (seconds + ALIKE_S));
  const went = east * east + north * north;
  const off = (east - beforeEast) * (east - beforeEast) + (north - beforeNorth) * (north - beforeNorth);
  const before = beforeEast * beforeEast + beforeNorth * beforeNorth;
  const travels =
    (values[at] as number) * density(off, STRAIGHT * STRAIGHT * before + 2 * error) +
    (seconds / BEGINS_S) * density(went, SETS_OUT_CM_S * SETS_OUT_CM_S);
  const reflected = REFLECTED_CM / seconds;
  const strays =
    density(went, WANDERS_CM_S * WANDERS_CM_S + 2 * error) + density(went, reflected * reflected);
  const moved = went / (went + LEAST_ERRORS * error + LEAST_CM_S * LEAST_CM_S);
  const odds = Math.min(
    MOST_ODDS,
    (2 * moved * moved * travels * agreement(fix, east, north, went, error)) / strays,
  );
  values[at] = odds;
  values[at + EAST] = east;
  values[at + NORTH] = north;
  return odds > TRAVELS;
}
