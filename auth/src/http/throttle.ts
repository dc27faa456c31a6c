/** A bucket that holds `burst` attempts and gains one every `refillS` seconds. */
export interface Rate {
  readonly burst: number;
  readonly refillS: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Keys that a throttle remembers: about 3 MB. */
const MAX_KEYS = 20_000;

/** Token buckets by key, in bounded memory: the key that was used longest ago is forgotten first. */
export class Throttle {
  readonly #rate: Rate;
  readonly #monotonicMs: () => number;
  readonly #maxKeys: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(rate: Rate, monotonicMs: () => number, maxKeys: number = MAX_KEYS) {
    this.#rate = rate;
    this.#monotonicMs = monotonicMs;
    this.#maxKeys = maxKeys;
  }

  /** Keys that are remembered now. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes one attempt: 0 when it may go on, else the whole seconds to wait. */
  take(key: string): number {
    const bucket = this.#touch(key);
    if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) * this.#rate.refillS);
    bucket.tokens -= 1;
    return 0;
  }

  /** Forgets what the key has used. */
  reset(key: string): void {
    this.#buckets.delete(key);
  }

  #touch(key: string): Bucket {
    const nowMs = this.#monotonicMs();
    const old = this.#buckets.get(key);
    const gained = old ? (nowMs - old.atMs) / (this.#rate.refillS * 1_000) : Infinity;
    const bucket = { tokens: Math.min(this.#rate.burst, (old?.tokens ?? 0) + gained), atMs: nowMs };
    this.#buckets.delete(key);
    if (this.#buckets.size >= this.#maxKeys) this.#forgetOldest();
    this.#buckets.set(key, bucket);
    return bucket;
  }

  #forgetOldest(): void {
    const oldest = this.#buckets.keys().next();
    if (oldest.done !== true) this.#buckets.delete(oldest.value);
  }
}
