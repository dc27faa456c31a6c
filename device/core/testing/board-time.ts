const TICK_MS = 1;
/** Most time that passes in one turn of the event loop: if a turn took longer, the machine was busy. */
const LONGEST_TURN_MS = 5;

interface Waiting {
  readonly atMs: number;
  readonly call: () => void;
}

/**
 * The time of one simulated device: calls that wait on it run in the order of its own time. It advances a little with
 * each turn of the event loop, so that a busy machine makes nothing late and does not change the order of events.
 */
export class BoardTime {
  /** Milliseconds since the device was switched on, including time asleep. */
  nowMs = 0;
  private readonly secondMs: number;
  private readonly waiting = new Set<Waiting>();
  private ticking: NodeJS.Timeout;
  private tickedMs = performance.now();

  /** `secondMs`: real milliseconds for a second of the device, on a machine that is not busy. */
  constructor(secondMs: number) {
    this.secondMs = secondMs;
    this.ticking = setTimeout(() => this.tick(), TICK_MS);
  }

  /** Calls once after `ms` milliseconds; the returned function cancels it. */
  after(ms: number, call: () => void): () => void {
    const entry = { atMs: this.nowMs + Math.max(0, ms), call };
    this.waiting.add(entry);
    return () => this.waiting.delete(entry);
  }

  /** Calls every `ms` milliseconds, once for several that passed during sleep; the returned function ends it. */
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

  /** Advances the time at once, as sleep does. */
  sleep(ms: number): void {
    this.nowMs += ms;
  }

  stop(): void {
    clearTimeout(this.ticking);
    this.waiting.clear();
  }

  private tick(): void {
    // Set before the calls: one of them may stop it.
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
