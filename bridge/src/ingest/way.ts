import type { FixEntry } from "@purrimeter/protocol/entry";

/** 216 km/h: a cat in a car on the fastest European roads, with room. */
const MAX_SPEED_M_PER_S = 60;
/** Between two fixes of which neither is believed yet: what no airliner exceeds over ground. */
const MAX_FLIGHT_M_PER_S = 350;
/** How far a fast train or a plane may be from where its last step leads, for each second: it brakes and turns. */
const STEADY_M_PER_S = 30;
/** Receivers understate their error; three of theirs and this much more is forgiven. */
const FORGIVEN_M = 100;
const FORGIVEN_DEVIATIONS = 3;
/** Metres in 10^-7 degrees of a meridian (mean Earth radius 6,371,008.8 m). */
const METRES_PER_E7 = 0.011_119_508;
const FULL_TURN_E7 = 3_600_000_000;
const RADIANS_PER_E7 = Math.PI / 1_800_000_000;

/** The newest fix of a tag's way, and the one before it, which gives its speed. */
export interface Way {
  readonly fix: FixEntry;
  readonly from: FixEntry | undefined;
}

/** Metres north and east. */
interface Step {
  readonly north: number;
  readonly east: number;
}

/** Whether a car can have come to that fix, or the way leads there at its own speed. */
export function goesOn(way: Way, fix: FixEntry): boolean {
  return isWithin(stepTo(way.fix, fix), way.fix, fix, MAX_SPEED_M_PER_S) || isSteady(way, fix);
}

/** As goesOn; when the way has no speed yet, anything that flies can have come there. */
export function mayGoOn(way: Way, fix: FixEntry): boolean {
  if (way.from !== undefined) return goesOn(way, fix);
  return isWithin(stepTo(way.fix, fix), way.fix, fix, MAX_FLIGHT_M_PER_S);
}

/** Whether the fix is about where the step before leads. The step itself must be one that something can make. */
function isSteady({ from, fix: last }: Way, fix: FixEntry): boolean {
  if (from === undefined || last.at <= from.at || fix.at <= last.at) return false;
  const before = stepTo(from, last);
  if (!isWithin(before, from, last, MAX_FLIGHT_M_PER_S)) return false;
  const share = (fix.at - last.at) / (last.at - from.at);
  const step = stepTo(last, fix);
  const off = { north: step.north - before.north * share, east: step.east - before.east * share };
  return isWithin(off, last, fix, STEADY_M_PER_S);
}

function isWithin({ north, east }: Step, a: FixEntry, b: FixEntry, metresPerS: number): boolean {
  const errorM = ((a.accuracyDm + b.accuracyDm) / 10) * FORGIVEN_DEVIATIONS + FORGIVEN_M;
  return Math.hypot(north, east) <= Math.abs(b.at - a.at) * metresPerS + errorM;
}

/** Equirectangular: within a percent for what a car reaches, and far too far is far too far. */
function stepTo(a: FixEntry, b: FixEntry): Step {
  const turnE7 = b.lonE7 - a.lonE7;
  const shortE7 = turnE7 - Math.round(turnE7 / FULL_TURN_E7) * FULL_TURN_E7;
  const middle = ((a.latE7 + b.latE7) / 2) * RADIANS_PER_E7;
  return { north: (b.latE7 - a.latE7) * METRES_PER_E7, east: shortE7 * Math.cos(middle) * METRES_PER_E7 };
}
