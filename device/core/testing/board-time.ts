const TICK_MS = 1;
/** What a turn of the event loop may pass at most, however long it took: more than that, the machine was busy. */
const LONGEST_TURN_MS = 5;

interface Waiting {
  readonly atMs: number;
  readonly call: () => void;
}

/**
 * The time of one simulated device: what waits on it runs in the order of its own time. It passes with turns of the event
 * loop, a little with each, so that a machine that is busy with something else makes nothing late, and no two
 * things swap places.
 */
export class BoardTime {
  /** Milliseconds since the device was switched on, those that it slept through among them. */
  nowMs = 0;
  private readonly secondMs: number;
  private readonly waiting = new Set<Waiting>();
  private ticking: NodeJS.Timeout;
  private tickedMs = performance.now();

  /** `secondMs`: milliseconds of a machine that keeps up for a second of the device. */
  constructor(secondMs: number) {
    this.secondMs = secondMs;
    this.ticking = setTimeout(() => this.tick(), TICK_MS);
  }

  /** Calls once after so many milliseconds; what it returns cancels that. */
  after(ms: number, call: () => void): () => void {
    const entry = { atMs: this.nowMs + Math.max(0, ms), call };
    this.waiting.add(entry);
    return () => this.waiting.delete(entry);
  }

  /** Calls every so many milliseconds, not more often for those that were slept through; what it returns ends that. */
  every(ms: number, call: () => void): () => void {
    let cancel = (): unknown => undefined;
    const again = (): void => {
      cancel = this.after(ms, () => {
        again();
        call();
      });
    };
    again();
    return () => cancel();
  }

  /** Lets time pass at once: nobody is awake to see it. */
  sleep(ms: number): void {
    this.nowMs += ms;
  }

  stop(): void {
    clearTimeout(this.ticking);
    this.waiting.clear();
  }

  private tick(): void {
    // Before the calls: one of them may stop it.
    this.ticking = setTimeout(() => this.tick(), TICK_MS);
    const endMs = this.nowMs + (this.turnMs() * 1_000) / this.secondMs;
    for (let next = this.first(endMs); next !== undefined; next = this.first(endMs)) {
      this.waiting.delete(next);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.call();
    }
    this.nowMs = Math.max(this.nowMs, endMs);
  }

  private turnMs(): number {
    const beforeMs = this.tickedMs;
    this.tickedMs = performance.now();
    return Math.min(this.tickedMs - beforeMs, LONGEST_TURN_MS);
  }

  private first(endMs: number): Waiting | undefined {
    let first: Waiting | undefined;
    for (const one of this.waiting)
      if (one.atMs <= endMs && (first === undefined || one.atMs < first.atMs)) first = one;
    return first;
  }
}
