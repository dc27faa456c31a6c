/** A bucket that holds `burst` requests and fills with `perSecond` of them. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** Most keys remembered: 2 MB or so. */
const MAX_BUCKETS = 20_000;

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Token buckets by key. Memory is bounded: the bucket that was made first goes, at worst a full one for its key. */
export class RateLimiter {
  readonly #rate: Rate;
  readonly #monotonicMs: () => number;
  readonly #buckets = new Map<string, Bucket>();
  readonly #maxBuckets: number;

  constructor(rate: Rate, monotonicMs: () => number, maxBuckets: number = MAX_BUCKETS) {
    this.#rate = rate;
    this.#monotonicMs = monotonicMs;
    this.#maxBuckets = maxBuckets;
  }

  /** Keys that are remembered now. */
  get size(): number {
    return this.#buckets.size;
  }

  /** 0 when the request may pass, else the whole seconds after which the next one may. */
  take(key: string): number {
    const nowMs = this.#monotonicMs();
    const bucket = this.#buckets.get(key) ?? this.#open(key, nowMs);
    const filled = bucket.tokens + ((nowMs - bucket.atMs) * this.#rate.perSecond) / 1000;
    bucket.tokens = Math.min(this.#rate.burst, filled);
    bucket.atMs = nowMs;
    if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) / this.#rate.perSecond);
    bucket.tokens -= 1;
    return 0;
  }

  #open(key: string, nowMs: number): Bucket {
    if (this.#buckets.size >= this.#maxBuckets) {
      const oldest = this.#buckets.keys().next();
      if (oldest.done !== true) this.#buckets.delete(oldest.value);
    }
    const bucket = { tokens: this.#rate.burst, atMs: nowMs };
    this.#buckets.set(key, bucket);
    return bucket;
  }
}
