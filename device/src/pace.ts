import type { TagState } from "./tag-state.ts";

/** Live mode: the owner looks at the map and walks towards the cat. */
const LIVE_INTERVAL_S = 5;

/** A cat that has not moved for so long sleeps. */
const ASLEEP_AFTER_MS = 10 * 60_000;
const ASLEEP_INTERVAL_S = 3_600;

/** Under a roof the receiver finds nothing however often it tries. */
const MAX_EMPTY_INTERVAL_S = 900;

/** Seconds from the start of one search to the start of the next. */
export function fixIntervalS(state: TagState, nowMs: number): number {
  if (nowMs < state.liveUntilMs) return Math.min(LIVE_INTERVAL_S, state.fixIntervalS);
  if (state.feelsMotion && nowMs - state.lastMotionMs >= ASLEEP_AFTER_MS) {
    return Math.max(ASLEEP_INTERVAL_S, state.fixIntervalS);
  }
  if (state.emptySearches === 0) return state.fixIntervalS;
  const backedOffS = state.fixIntervalS * (state.emptySearches + 1);
  return Math.max(state.fixIntervalS, Math.min(backedOffS, MAX_EMPTY_INTERVAL_S));
}
