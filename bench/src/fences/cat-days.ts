/**
 * A span of time, UTC. Of an exit: a lasting time outside of the zone, from the true crossing of the edge to the return or
 * the end of the watch.
 */
export interface Exit {
  readonly from: number;
  readonly to: number;
}

/** One cat: where it truly was and what its receiver said, in metres from the centre of its zone. */
export interface CatDays {
  readonly days: number;
  /** Truth every TRUTH_STEP_S from `startsAt` on: the distance; NaN where nobody knows. */
  readonly startsAt: number;
  readonly trueM: Float32Array;
  /** Seconds between two looks of the receiver. */
  readonly lookS: number;
  /** Fixes. */
  readonly at: Float64Array;
  readonly eastM: Float32Array;
  readonly northM: Float32Array;
  readonly accuracyDm: Uint16Array;
  /** What the receiver says of its motion, cm/s and tenths of a degree from north, clockwise. */
  readonly speedCmS: Uint16Array;
  readonly courseDeg10: Uint16Array;
  /** When the last search between this fix and the one before found nothing; 0 for none. */
  readonly darkAt: Float64Array;
  /** The exits, where the world made them; otherwise they are found in the truth. */
  readonly exits?: readonly Exit[];
  /** When the world misleads the receiver while the cat is inside. */
  readonly strain?: Exit;
}

/** The truth is looked at this often. */
export const TRUTH_STEP_S = 10;

/** The true distance at a time, m; NaN where nobody knows. */
export function trueDistanceM(cat: CatDays, at: number): number {
  return cat.trueM[Math.floor((at - cat.startsAt) / TRUTH_STEP_S)] ?? NaN;
}
