import type { Cancel, Time } from "../time/time.ts";

interface Timer {
  dueMs: number;
  /** Breaks ties: what was asked for first happens first. */
  readonly number: number;
  readonly everyMs: number | undefined;
  readonly work: () => void;
}

/** 2027-01-15T08:00:00Z, for tests to which the date does not matter. */
const SOME_UTC_MS = 1_800_000_000_000;

/** Time that passes only when a test says so. Timers run in the order in which they are due. */
export class ManualTime implements Time {
  readonly #timers = new Set<Timer>();
  #utcMs: number;
  #monotonicMs = 0;
  #numbers = 0;

  /** Monotonic time begins at 0. */
  constructor(utcMs: number = SOME_UTC_MS) {
    this.#utcMs = utcMs;
  }

  /** Timers that have not fired and were not taken back: 0 when everything has been ended. */
  get pending(): number {
    return this.#timers.size;
  }

  utcMs(): number {
    return this.#utcMs;
  }

  utcS(): number {
    return Math.floor(this.#utcMs / 1_000);
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  after(ms: number, work: () => void): Cancel {
    if (!(ms >= 0 && Number.isFinite(ms))) throw new RangeError(`a timer cannot wait for ${ms} ms`);
    return this.#add(ms, undefined, work);
  }

  every(ms: number, work: () => void): Cancel {
    if (!(ms >= 1 && Number.isFinite(ms))) throw new RangeError(`a timer cannot wait for ${ms} ms`);
    return this.#add(ms, ms, work);
  }

  /** Sets the clock as a time server would: no timer notices. */
  setUtcMs(utcMs: number): void {
    this.#utcMs = utcMs;
  }

  /** Lets time pass and runs what is due meanwhile, each at its own time. */
  advance(ms: number): void {
    const untilMs = this.#monotonicMs + ms;
    for (let next = this.#due(untilMs); next !== undefined; next = this.#due(untilMs)) this.#run(next);
    this.#moveTo(untilMs);
  }

  /** As `advance`, but what waits for promises goes on before the next timer fires. */
  async advanceInTurns(ms: number): Promise<void> {
    const untilMs = this.#monotonicMs + ms;
    await settled();
    for (let next = this.#due(untilMs); next !== undefined; next = this.#due(untilMs)) {
      this.#run(next);
      await settled();
    }
    this.#moveTo(untilMs);
  }

  #add(ms: number, everyMs: number | undefined, work: () => void): Cancel {
    const timer = { dueMs: this.#monotonicMs + ms, number: this.#numbers++, everyMs, work };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  #due(untilMs: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers)
      if (timer.dueMs <= untilMs && (first === undefined || isBefore(timer, first))) first = timer;
    return first;
  }

  #run(timer: Timer): void {
    this.#moveTo(Math.max(timer.dueMs, this.#monotonicMs));
    if (timer.everyMs === undefined) this.#timers.delete(timer);
    else timer.dueMs += timer.everyMs;
    timer.work();
  }

  #moveTo(monotonicMs: number): void {
    this.#utcMs += monotonicMs - this.#monotonicMs;
    this.#monotonicMs = monotonicMs;
  }
}

function isBefore(timer: Timer, other: Timer): boolean {
  return timer.dueMs < other.dueMs || (timer.dueMs === other.dueMs && timer.number < other.number);
}

/** Resolves when all promises that can go on without time or IO have gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
