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

/** Takes one token. Answers 0 when there was one, else the whole milliseconds until there is one (nothing is taken). */
export function takeToken(bucket: TokenBucket, { burst, perSecond }: Rate, nowMs: number): number {
  const perTokenMs = 1_000 / perSecond;
  const fullAtMs = Math.max(bucket.fullAtMs, nowMs) + perTokenMs;
  const waitMs = fullAtMs - nowMs - burst * perTokenMs;
  if (waitMs > ROUNDING_MS) return Math.ceil(waitMs - ROUNDING_MS);
  bucket.fullAtMs = fullAtMs;
  return 0;
}
