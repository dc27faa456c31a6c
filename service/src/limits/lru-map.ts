/**
 * A map of at most `max` entries: the one that was used longest ago goes when there is no room. Made of Map's order of insertion:
 * lru-cache, which does much more, keeps 20 bytes for each entry that could be, also while the map is empty.
 */
export class LruMap<K, V> {
  readonly #max: number;
  readonly #entries = new Map<K, V>();
  readonly #onForgotten: ((value: V, key: K) => void) | undefined;

  /** `onForgotten` is told of entries that go for lack of room, not of deleted or replaced ones. RangeError below 1. */
  constructor(max: number, onForgotten?: (value: V, key: K) => void) {
    if (!(max >= 1)) throw new RangeError(`a map of at most ${max} entries holds nothing`);
    this.#max = max;
    this.#onForgotten = onForgotten;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The value, which is the last one to go from now on. */
  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  /** The value; not counted as a use. */
  peek(key: K): V | undefined {
    return this.#entries.get(key);
  }

  /** Not counted as a use. */
  has(key: K): boolean {
    return this.#entries.has(key);
  }

  /** Counted as a use. */
  set(key: K, value: V & {}): this {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size > this.#max) this.#forgetOldest();
    return this;
  }

  delete(key: K): boolean {
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }

  /** Entries from the one that was used longest ago to the last used. */
  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.#entries.entries();
  }

  values(): MapIterator<V> {
    return this.#entries.values();
  }

  #forgetOldest(): void {
    for (const [key, value] of this.#entries) {
      this.#entries.delete(key);
      this.#onForgotten?.(value, key);
      return;
    }
  }
}
