import { asLatE7, asLonE7, type LatE7, type LonE7, type UnixSeconds } from "@purrimeter/protocol/values";

import { cmPerLatE7, eastwardE7, lonOverLat } from "../earth.ts";
import { COURSE_STEP_DEG10, SPEED_STEP_CM_S } from "../motion-steps.ts";
import { emptyReading, type Reading } from "./reading.ts";

/** One accepted position, as it goes to the journal. Made once, filled again. */
export interface Fix {
  at: UnixSeconds;
  latE7: LatE7;
  lonE7: LonE7;
  /** 1 to MAX_ACCURACY_DM. */
  accuracyDm: number;
  /** As the receiver measured it, in steps of SPEED_STEP_CM_S; -1 when the tag hardly moves or it is unknown. */
  speedCmS: number;
  /** Tenths of a degree from north, in steps of COURSE_STEP_DEG10; -1 when the speed is. */
  courseDeg10: number;
}

const COURSES = 3_600 / COURSE_STEP_DEG10;
const MOST_STEPS = 254;

/** A slower speed is a receiver's noise: it is not worth its bytes on the air. */
const MOVES_CM_S = 50;

/** Made once, filled by acceptReading. */
export function emptyFix(): Fix {
  return {
    at: 0 as UnixSeconds,
    latE7: 0 as LatE7,
    lonE7: 0 as LonE7,
    accuracyDm: 0,
    speedCmS: -1,
    courseDeg10: -1,
  };
}

/**
 * Why a reading is not a fix: the receiver claims no valid position; it knows no time; the position is out of range; it
 * is the receiver's default; it is no newer than the last fix, which a receiver that hangs repeats; its claimed error exceeds POOR_DM;
 * it is farther away than a car drives.
 */
export type FixRefusal =
  "no-fix" | "no-time" | "out-of-range" | "null-island" | "stale" | "poor" | "too-fast";

/** A cat in a car on a fast road. */
const MAX_SPEED_CM_S = 5_000;

/** Between two readings a train may have been faster than at either. */
const SPEED_MARGIN = 1.2;

/** Readings that the receiver gives no speed for are rivals up to this: an airliner with the wind behind it. */
const MAX_RIVAL_SPEED_CM_S = 35_000;

/** A larger claimed error carries no information about a garden. */
const POOR_DM = 1_000;

/** Assumed when the receiver claims nothing: two of three fixes of cat loggers at rest err by less (Movebank, UK cats). */
const UNKNOWN_ACCURACY_DM = 80;

/** Receivers without a position give 0, 0 or a last digit of it; 11 m of sea are lost. */
const NULL_ISLAND_E7 = 1_000;

/** This many refused readings in a row that agree with each other outweigh the last fix, which was the wrong one. */
const RIVALS_BELIEVED = 3;

/** State of the filter. Made once. */
export class FixFilterState {
  /** The last accepted reading. */
  readonly last: Reading = emptyReading();
  /** The last reading that was refused because it does not fit `last`. */
  readonly rival: Reading = emptyReading();
  /** The reading before `rival`, or the last accepted one. */
  readonly before: Reading = emptyReading();
  /** How many such readings in a row fit each other. */
  rivals = 0;
  /** Whether there was a fix at all. */
  hasLast = false;
}

function remember(into: Reading, reading: Reading): void {
  into.utcS = reading.utcS;
  into.latE7 = reading.latE7;
  into.lonE7 = reading.lonE7;
  into.speedCmS = reading.speedCmS;
  into.accuracyDm = reading.accuracyDm;
}

/** Whether the distance from `from` to `to` is more than the time between them allows at this speed. */
function isFasterThan(from: Reading, to: Reading, speedCmS: number): boolean {
  const north = to.latE7 - from.latE7;
  const east = eastwardE7(from.lonE7, to.lonE7) * lonOverLat(from.latE7);
  const cm = Math.sqrt(north * north + east * east) * cmPerLatE7(from.latE7);
  return cm > (to.utcS - from.utcS) * speedCmS + (from.accuracyDm + to.accuracyDm) * 10;
}

function refuseAlone(reading: Reading): FixRefusal | undefined {
  if (!reading.valid) return "no-fix";
  if (!(reading.utcS > 0)) return "no-time";
  if (asLatE7(reading.latE7) === undefined || asLonE7(reading.lonE7) === undefined) return "out-of-range";
  const nearEquator = reading.latE7 < NULL_ISLAND_E7 && reading.latE7 > -NULL_ISLAND_E7;
  if (nearEquator && reading.lonE7 < NULL_ISLAND_E7 && reading.lonE7 > -NULL_ISLAND_E7) return "null-island";
  return reading.accuracyDm > POOR_DM ? "poor" : undefined;
}

function refuseAfter(last: Reading, reading: Reading): FixRefusal | undefined {
  if (reading.utcS <= last.utcS) return "stale";
  // The receiver measures its speed by Doppler, apart from the position: where the two agree, a train carries the cat.
  const sustainedCmS = Math.min(last.speedCmS, reading.speedCmS) * SPEED_MARGIN;
  return isFasterThan(last, reading, Math.max(MAX_SPEED_CM_S, sustainedCmS)) ? "too-fast" : undefined;
}

/** Whether the reading goes on from the rival: at a usual speed, or at the one speed of the rivals before. */
function fitsRival(state: FixFilterState, reading: Reading): boolean {
  const { rival } = state;
  if (reading.utcS <= rival.utcS) return false;
  return refuseAfter(rival, reading) === undefined || isSteady(state, reading);
}

/** The step from the rival is no longer, per second, than the step to it was, but for a fifth. */
function isSteady(state: FixFilterState, reading: Reading): boolean {
  const { rival, before } = state;
  const seconds = rival.utcS - before.utcS;
  if (seconds <= 0 || isFasterThan(rival, reading, MAX_RIVAL_SPEED_CM_S)) return false;
  const share = (reading.utcS - rival.utcS) / seconds;
  const offLat = rival.latE7 + (rival.latE7 - before.latE7) * share - reading.latE7;
  const expectedLon = eastwardE7(before.lonE7, rival.lonE7) * share;
  const offLon = (expectedLon - eastwardE7(rival.lonE7, reading.lonE7)) * lonOverLat(rival.latE7);
  const stepLat = reading.latE7 - rival.latE7;
  const stepLon = eastwardE7(rival.lonE7, reading.lonE7) * lonOverLat(rival.latE7);
  return offLat * offLat + offLon * offLon <= (stepLat * stepLat + stepLon * stepLon) / 25;
}

/** Counts readings that contradict the last fix but not each other. */
function isBelievedRival(state: FixFilterState, reading: Reading): boolean {
  if (reading.utcS === state.last.utcS) return false;
  const follows = state.rivals > 0 && fitsRival(state, reading);
  remember(state.before, state.rivals > 0 ? state.rival : state.last);
  state.rivals = follows ? state.rivals + 1 : 1;
  remember(state.rival, reading);
  return state.rivals >= RIVALS_BELIEVED;
}

/** Sets what a fix says of its motion, from what the receiver measured: cm/s and tenths of a degree, negative when unknown. */
export function setMotion(fix: Fix, speedCmS: number, courseDeg10: number): void {
  const isMoving = speedCmS >= MOVES_CM_S && courseDeg10 >= 0;
  const speed = Math.min(MOST_STEPS, Math.round(speedCmS / SPEED_STEP_CM_S));
  const course = Math.round(courseDeg10 / COURSE_STEP_DEG10) % COURSES;
  fix.speedCmS = isMoving ? speed * SPEED_STEP_CM_S : -1;
  fix.courseDeg10 = isMoving ? course * COURSE_STEP_DEG10 : -1;
}

function accept(state: FixFilterState, reading: Reading, fix: Fix): void {
  remember(state.last, reading);
  state.hasLast = true;
  state.rivals = 0;
  fix.at = reading.utcS as UnixSeconds;
  fix.latE7 = reading.latE7 as LatE7;
  fix.lonE7 = reading.lonE7 as LonE7;
  setMotion(fix, reading.speedCmS, reading.courseDeg10);
  fix.accuracyDm = reading.accuracyDm > 0 ? reading.accuracyDm : UNKNOWN_ACCURACY_DM;
}

/**
 * Fills `fix` from the reading and returns "accepted", or returns why not and leaves `fix` unchanged.
 * A last fix that was wrong in time or place does not lock the tag out: the third reading in a row that contradicts it
 * and fits the two before is accepted.
 */
export function acceptReading(state: FixFilterState, reading: Reading, fix: Fix): "accepted" | FixRefusal {
  const alone = refuseAlone(reading);
  if (alone !== undefined) return alone;
  const after = state.hasLast ? refuseAfter(state.last, reading) : undefined;
  if (after !== undefined && !isBelievedRival(state, reading)) return after;
  accept(state, reading, fix);
  return "accepted";
}
