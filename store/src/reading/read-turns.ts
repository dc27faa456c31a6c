/** What one reader may do before others have their turn. */
const SLICE_MS = 4;

/** A reader's share of the time. */
export interface ReadSlice {
  /** Returns at once while the slice lasts; then when all others that wait had theirs. */
  pause(): Promise<void> | undefined;
}

/**
 * Shares the process between those who read much: one slice runs in a turn of the event loop, so that requests that need
 * little get in between. Whoever has several reads under way gets no more than who has one.
 */
export class ReadTurns {
  readonly #monotonicMs: () => number;
  /** Those who wait, by reader, in the order in which the readers have their turns. */
  readonly #waiting = new Map<number, (() => void)[]>();
  #isScheduled = false;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /** Begins a read of that reader. */
  async begin(reader: number): Promise<ReadSlice> {
    if (this.#waiting.size > 0) await this.#next(reader);
    let startedMs = this.#monotonicMs();
    const pause = async (): Promise<void> => {
      await this.#next(reader);
      startedMs = this.#monotonicMs();
    };
    return { pause: () => (this.#monotonicMs() - startedMs < SLICE_MS ? undefined : pause()) };
  }

  #next(reader: number): Promise<void> {
    return new Promise((resolve) => {
      const others = this.#waiting.get(reader);
      if (others === undefined) this.#waiting.set(reader, [resolve]);
      else others.push(resolve);
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#turn());
  }

  /** One reader, who then waits behind all others. */
  #turn(): void {
    this.#isScheduled = false;
    const [first] = this.#waiting;
    if (first === undefined) return;
    const [reader, resolvers] = first;
    const resolve = resolvers.shift();
    this.#waiting.delete(reader);
    if (resolvers.length > 0) this.#waiting.set(reader, resolvers);
    if (this.#waiting.size > 0) this.#schedule();
    resolve?.();
  }
}
