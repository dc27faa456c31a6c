import { asLatE7, asLonE7, type LatE7, type LonE7, type UnixSeconds } from "@purrimeter/protocol/values";

import { cmPerLatE7, eastwardE7, lonOverLat } from "../earth.ts";
import { emptyReading, type Reading } from "./reading.ts";

/** One accepted position, as it goes to the journal. Made once, filled again. */
export interface Fix {
  at: UnixSeconds;
  latE7: LatE7;
  lonE7: LonE7;
  /** 1 to MAX_ACCURACY_DM. */
  accuracyDm: number;
}

/**
 * Why a reading is not a fix: the receiver claims no valid position; it knows no time; the position is out of range; it
 * is the receiver's default; it is no newer than the last fix, or a frozen copy of it; its claimed error exceeds POOR_DM;
 * it is farther away than a car drives.
 */
export type FixRefusal =
  "no-fix" | "no-time" | "out-of-range" | "null-island" | "stale" | "poor" | "too-fast";

/** A cat in a car on a fast road. */
const MAX_SPEED_CM_S = 5_000;

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
  /** How many such readings in a row fit each other. */
  rivals = 0;
  /** Whether there was a fix at all. */
  hasLast = false;
}

function remember(into: Reading, reading: Reading): void {
  into.utcS = reading.utcS;
  into.latE7 = reading.latE7;
  into.lonE7 = reading.lonE7;
  into.satellites = reading.satellites;
  into.hdopTenths = reading.hdopTenths;
  into.speedCmS = reading.speedCmS;
  into.accuracyDm = reading.accuracyDm;
}

/** Everything but the time is the same, to the last digit: the receiver repeats its last fix and has no new one. */
function isFrozen(last: Reading, reading: Reading): boolean {
  const samePlace = last.latE7 === reading.latE7 && last.lonE7 === reading.lonE7;
  const sameClaim = last.hdopTenths === reading.hdopTenths && last.accuracyDm === reading.accuracyDm;
  return (
    samePlace && sameClaim && last.satellites === reading.satellites && last.speedCmS === reading.speedCmS
  );
}

/** Whether the distance from `from` to `to` is more than the time between them allows. */
function isTooFast(from: Reading, to: Reading): boolean {
  const north = to.latE7 - from.latE7;
  const east = eastwardE7(from.lonE7, to.lonE7) * lonOverLat(from.latE7);
  const cm = Math.sqrt(north * north + east * east) * cmPerLatE7(from.latE7);
  return cm > (to.utcS - from.utcS) * MAX_SPEED_CM_S + (from.accuracyDm + to.accuracyDm) * 10;
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
  if (reading.utcS <= last.utcS || isFrozen(last, reading)) return "stale";
  return isTooFast(last, reading) ? "too-fast" : undefined;
}

/** Counts readings that contradict the last fix but not each other. */
function isBelievedRival(state: FixFilterState, reading: Reading): boolean {
  if (reading.utcS === state.last.utcS || isFrozen(state.last, reading)) return false;
  const follows = state.rivals > 0 && refuseAfter(state.rival, reading) === undefined;
  state.rivals = follows ? state.rivals + 1 : 1;
  remember(state.rival, reading);
  return state.rivals >= RIVALS_BELIEVED;
}

function accept(state: FixFilterState, reading: Reading, fix: Fix): void {
  remember(state.last, reading);
  state.hasLast = true;
  state.rivals = 0;
  fix.at = reading.utcS as UnixSeconds;
  fix.latE7 = reading.latE7 as LatE7;
  fix.lonE7 = reading.lonE7 as LonE7;
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
