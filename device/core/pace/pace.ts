import type { TagState } from "../tag-state.ts";

/**
 * The greatest speed that a cat keeps up for minutes: none of 101 British cats was faster between two fixes at most
 * 4 minutes apart, and 0.3 % of the steps exceed 1 m/s (Movebank, doi:10.5441/001/1.pf315732).
 */
const TOP_SPEED_CM_S = 300;

/** Limit for any distance from the edge: a cat can be carried. */
const MAX_REACH_S = 900;

/** Live mode: the owner looks at the map and walks towards the cat. */
const LIVE_INTERVAL_S = 5;

/** A fix that contradicts a side is followed by another as soon as that can bring new information, but not without end. */
const DOUBT_INTERVAL_S = 15;
const MAX_DOUBTS = 6;

/**
 * Where signals through a roof are too weak, or the receiver lists no satellites, a search is long. This many in a row are
 * made at the usual interval, the following ones less and less often.
 */
const PATIENT_SEARCHES = 8;
const MAX_EMPTY_INTERVAL_S = 300;

/** Without good orbits a search takes three times as long, so it is made half as often. */
const MAX_COLD_INTERVAL_S = 600;

/** A receiver's orbits are good for four hours. */
const ORBITS_GOOD_MS = 4 * 3_600_000;

/**
 * Under the sky a receiver that was off for less than two minutes needs 3 s for a fix, later 12 s (docs/energy.md). So near
 * an edge a fix after the first of these times costs less than one after the second, and tells an escape earlier.
 */
const NEAR_INTERVAL_S = 90;
const NEAR_S = 150;

/** The same while the fixes go on contradicting "inside": the cat may have left. */
const LASTING_DOUBT_INTERVAL_S = 60;

/** `received` of a search whose list of satellites has none that is received, and one that is; 0 before any list. */
export const DARK = 1;
export const LIGHT = 2;

/** Whether the last fixes left a side in doubt and another fix soon may decide it. */
export function isDoubtful(state: TagState): boolean {
  return state.doubts > 0 && state.doubts <= MAX_DOUBTS;
}

/** Whether the last search had to do without orbits, or this one has to. */
export function isCold(state: TagState): boolean {
  return state.searchStartedMs - state.lastFixMs > ORBITS_GOOD_MS;
}

/**
 * Seconds from now to the next fix: those of the settings, and those that the cat needs to the nearest edge at its top
 * speed. So the owner hears of an escape as late as a tracker with that interval would say it, and not later.
 */
export function fixIntervalS(state: TagState, nowMs: number): number {
  if (nowMs < state.liveUntilMs) return Math.min(LIVE_INTERVAL_S, state.fixIntervalS);
  if (state.lostIntervalS > 0) return state.lostIntervalS;
  if (isDoubtful(state)) return Math.min(DOUBT_INTERVAL_S, state.fixIntervalS);
  if (state.emptySearches > PATIENT_SEARCHES && state.received !== DARK) {
    const backedOffS = state.fixIntervalS * (state.emptySearches - PATIENT_SEARCHES + 1);
    const mostS = isCold(state) ? MAX_COLD_INTERVAL_S : MAX_EMPTY_INTERVAL_S;
    return Math.max(state.fixIntervalS, Math.min(backedOffS, mostS));
  }
  const intervalS = state.fixIntervalS + Math.min(Math.floor(state.exitCm / TOP_SPEED_CM_S), MAX_REACH_S);
  if (state.exitCm === 0 || intervalS > NEAR_S) return intervalS;
  return Math.min(intervalS, state.doubts > 0 ? LASTING_DOUBT_INTERVAL_S : NEAR_INTERVAL_S);
}
