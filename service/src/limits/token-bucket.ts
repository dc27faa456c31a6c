/** Allows a burst, then a steady rate. */
export interface Rate {
  /** Most tokens that can be saved up; at least 1. */
  readonly burst: number;
  readonly perSecond: number;
}

/** Holds one number (the rate is its owner's), so that thousands share a rate. */
export interface TokenBucket {
  /** When it is full again, in ms of monotonic time: each token that is missing adds the time that it takes to come. */
  fullAtMs: number;
}

/** Far below what anybody waits for, and above the rounding of a sum of fractions of a millisecond. */
const ROUNDING_MS = 0.001;

/** A full bucket. */
export function createTokenBucket(): TokenBucket {
  return { fullAtMs: 0 };
}

/**
 * Takes `count` tokens, one unless given and at most `burst`. Answers 0 when they were there, else the whole milliseconds
 * until they are (nothing is taken).
 */
export function takeToken(bucket: TokenBucket, { burst, perSecond }: Rate, nowMs: number, count = 1): number {
  const perTokenMs = 1_000 / perSecond;
  const fullAtMs = Math.max(bucket.fullAtMs, nowMs) + count * perTokenMs;
  const waitMs = fullAtMs - nowMs - burst * perTokenMs;
  if (waitMs > ROUNDING_MS) return Math.ceil(waitMs - ROUNDING_MS);
  bucket.fullAtMs = fullAtMs;
  return 0;
}
