/** Allows a burst, then a steady rate. Holds two numbers; the rate is its owner's, so that thousands share one. */
export interface Rate {
  /** Most tokens that can be saved up. */
  readonly burst: number;
  readonly perSecond: number;
}

export interface TokenBucket {
  tokens: number;
  filledAtMs: number;
}

/** A full bucket. */
export function createTokenBucket(rate: Rate, nowMs: number): TokenBucket {
  return { tokens: rate.burst, filledAtMs: nowMs };
}

/** Takes one token. Answers 0 when there was one, else the milliseconds until there is one (nothing is taken). */
export function takeToken(bucket: TokenBucket, rate: Rate, nowMs: number): number {
  const gained = ((nowMs - bucket.filledAtMs) * rate.perSecond) / 1000;
  bucket.tokens = Math.min(rate.burst, bucket.tokens + gained);
  bucket.filledAtMs = nowMs;
  if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) * 1000) / rate.perSecond);
  bucket.tokens -= 1;
  return 0;
}
