import { LruMap } from "../limits/lru-map.ts";

/** Keys of which one event is remembered: a flood of keys that come once pushes out only one another. */
const MAX_ONCE = 10_000;

/** Numbers or objects that one rule remembers of keys that came again: with thresholds up to 200 about 3 MB. */
const MAX_REMEMBERED = 50_000;

/** Longer objects are cut: an object is what a client wrote. */
const MAX_OBJECT_LENGTH = 64;

/** When a key's last different objects (or events, which are all different) were seen. */
type Seen = Map<number | string, number>;

/** Which keys are counted, and how. */
export interface CountedKeysOptions {
  readonly threshold: number;
  readonly windowMs: number;
  /** Told when a key goes for lack of room although its window is not over. */
  readonly onForgotten: () => void;
}

/**
 * Counts events of keys in a sliding window, exactly, in bounded memory. Keys that came once and keys that came again have
 * room of their own, so that who uses a key again and again is still counted while somebody else floods.
 */
export class CountedKeys {
  readonly #options: CountedKeysOptions;
  readonly #once: LruMap<string, Seen>;
  readonly #again: LruMap<string, Seen>;
  #events = 0;
  #nowMs = 0;

  constructor(options: CountedKeysOptions) {
    this.#options = options;
    const forgotten = (seen: Seen): void => {
      this.#forgotten(seen);
    };
    this.#once = new LruMap(MAX_ONCE, forgotten);
    this.#again = new LruMap(Math.ceil(MAX_REMEMBERED / options.threshold), forgotten);
  }

  /** Keys that are remembered now. */
  get size(): number {
    return this.#once.size + this.#again.size;
  }

  /** Counts an event, or an object, of a key; true when the threshold is reached. The key then begins anew. */
  count(key: string, object: string | undefined, nowMs: number): boolean {
    this.#nowMs = nowMs;
    const seen = this.#again.get(key) ?? this.#once.get(key) ?? new Map<number | string, number>();
    this.#dropPast(seen, nowMs);
    const what = object?.slice(0, MAX_OBJECT_LENGTH) ?? ++this.#events;
    seen.delete(what);
    seen.set(what, nowMs);
    if (seen.size >= this.#options.threshold) {
      this.#once.delete(key);
      this.#again.delete(key);
      return true;
    }
    this.#keep(key, seen);
    return false;
  }

  #keep(key: string, seen: Seen): void {
    if (seen.size === 1 && !this.#again.has(key)) {
      this.#once.set(key, seen);
      return;
    }
    this.#once.delete(key);
    this.#again.set(key, seen);
  }

  /** Oldest first, since what is seen again goes to the end. */
  #dropPast(seen: Seen, nowMs: number): void {
    for (const [what, atMs] of seen) {
      if (nowMs - atMs < this.#options.windowMs) return;
      seen.delete(what);
    }
  }

  #forgotten(seen: Seen): void {
    let lastMs = -Infinity;
    for (const atMs of seen.values()) lastMs = atMs;
    if (this.#nowMs - lastMs < this.#options.windowMs) this.#options.onForgotten();
  }
}
