import { BucketHeap } from "./bucket-heap.ts";
import type { KeyedBucket } from "./bucket-heap.ts";
import { takeToken } from "./token-bucket.ts";
import type { Rate } from "./token-bucket.ts";

/** Keys that are remembered: about 3 MB. */
const MAX_KEYS = 20_000;

/**
 * Token buckets by key, in bounded memory. No key ever gets more than the rate, whatever other keys do.
 *
 * A full bucket says nothing and is forgotten first. When none is full, the one that is full soonest goes, and every key that is not
 * remembered is taken to have used as much as that one: an upper bound of what it can have used (as in the Space-Saving
 * algorithm; Metwally, Agrawal, El Abbadi 2005). So it fails closed: an attacker who uses `maxKeys` keys at once slows new keys
 * down, at most as much as the least used of these keys, and only until their buckets are full again.
 */
export class RateLimiter {
  readonly #rate: Rate;
  readonly #monotonicMs: () => number;
  readonly #maxKeys: number;
  readonly #buckets = new Map<string, KeyedBucket>();
  readonly #heap = new BucketHeap();
  /** The greatest `fullAtMs` of a bucket that was forgotten. */
  #forgottenFullAtMs = 0;

  constructor(rate: Rate, monotonicMs: () => number, maxKeys: number = MAX_KEYS) {
    this.#rate = rate;
    this.#monotonicMs = monotonicMs;
    this.#maxKeys = maxKeys;
  }

  /** Keys that are remembered now. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes `count` tokens, one unless given: 0 when they were there, else the whole seconds until they are (nothing is taken). */
  take(key: string, count = 1): number {
    const nowMs = this.#monotonicMs();
    const known = this.#buckets.get(key);
    const bucket = known ?? { key, at: 0, fullAtMs: this.#forgottenFullAtMs };
    const waitMs = takeToken(bucket, this.#rate, nowMs, count);
    if (waitMs > 0) return Math.ceil(waitMs / 1_000);
    if (known === undefined) this.#remember(bucket, nowMs);
    else this.#heap.grown(known);
    return 0;
  }

  /** Forgets what the key has used. */
  reset(key: string): void {
    const bucket = this.#buckets.get(key);
    if (bucket !== undefined) this.#forget(bucket);
  }

  #remember(bucket: KeyedBucket, nowMs: number): void {
    this.#forgetFull(nowMs);
    if (this.#buckets.size >= this.#maxKeys) this.#forgetSoonestFull();
    this.#buckets.set(bucket.key, bucket);
    this.#heap.add(bucket);
  }

  /** Two for each key that comes, so that memory shrinks after a flood and no single call takes long. */
  #forgetFull(nowMs: number): void {
    for (let i = 0; i < 2; i++) {
      const { first } = this.#heap;
      if (first === undefined || first.fullAtMs > nowMs) return;
      this.#forget(first);
    }
  }

  #forgetSoonestFull(): void {
    const { first } = this.#heap;
    if (first === undefined) return;
    this.#forgottenFullAtMs = Math.max(this.#forgottenFullAtMs, first.fullAtMs);
    this.#forget(first);
  }

  #forget(bucket: KeyedBucket): void {
    this.#buckets.delete(bucket.key);
    this.#heap.remove(bucket);
  }
}
