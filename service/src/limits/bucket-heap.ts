import type { TokenBucket } from "./token-bucket.ts";

/** A bucket of a key, and where it is in its heap. */
export interface KeyedBucket extends TokenBucket {
  readonly key: string;
  /** Index in the heap. */
  at: number;
}

/** A binary heap of buckets: the one that is full soonest comes first. */
export class BucketHeap {
  readonly #buckets: KeyedBucket[] = [];

  /** The bucket that is full soonest. */
  get first(): KeyedBucket | undefined {
    return this.#buckets[0];
  }

  add(bucket: KeyedBucket): void {
    bucket.at = this.#buckets.length;
    this.#buckets.push(bucket);
    this.#rise(bucket);
  }

  /** To be called when `fullAtMs` has grown. */
  grown(bucket: KeyedBucket): void {
    this.#sink(bucket);
  }

  remove(bucket: KeyedBucket): void {
    const last = this.#buckets.pop();
    if (last === undefined || last === bucket) return;
    this.#put(last, bucket.at);
    this.#rise(last);
    this.#sink(last);
  }

  #put(bucket: KeyedBucket, at: number): void {
    bucket.at = at;
    this.#buckets[at] = bucket;
  }

  #rise(bucket: KeyedBucket): void {
    while (bucket.at > 0) {
      const above = this.#buckets[(bucket.at - 1) >> 1];
      if (above === undefined || above.fullAtMs <= bucket.fullAtMs) return;
      this.#swap(bucket, above);
    }
  }

  #sink(bucket: KeyedBucket): void {
    for (;;) {
      const left = this.#buckets[2 * bucket.at + 1];
      const right = this.#buckets[2 * bucket.at + 2];
      const below =
        right !== undefined && left !== undefined && right.fullAtMs < left.fullAtMs ? right : left;
      if (below === undefined || below.fullAtMs >= bucket.fullAtMs) return;
      this.#swap(bucket, below);
    }
  }

  #swap(bucket: KeyedBucket, other: KeyedBucket): void {
    const { at } = bucket;
    this.#put(bucket, other.at);
    this.#put(other, at);
  }
}
