/** What happened several times in an hour. */
export interface HourCount<What> {
  readonly what: What;
  readonly hour: number;
  readonly count: number;
}

/** Different things of an hour that are counted; more of them have to be ended early. */
const MAX_COUNTED = 10_000;

const HOUR_S = 3_600;

/** Number of the hour of a time in seconds of UTC. */
export function hourOf(at: number): number {
  return Math.floor(at / HOUR_S);
}

/** Counts what happens within an hour, so that a row can stand for many. Bounded: who asks looks at `isFull`. */
export class HourCounts<What> {
  readonly #counts = new Map<string, HourCount<What>>();

  get isFull(): boolean {
    return this.#counts.size >= MAX_COUNTED;
  }

  /** How often it was in that hour so far. */
  times(key: string, hour: number): number {
    const known = this.#counts.get(key);
    return known?.hour === hour ? known.count : 0;
  }

  /** Once more. Hours before are to be ended first. */
  note(key: string, hour: number, what: What): void {
    this.#counts.set(key, { what, hour, count: this.times(key, hour) + 1 });
  }

  /** What was counted and fits; `record` gets it before it is forgotten, and nothing is forgotten when it throws. */
  end(
    fits: (counted: HourCount<What>) => boolean,
    record: (ended: readonly HourCount<What>[]) => void,
  ): void {
    const ended = [...this.#counts].filter(([, counted]) => fits(counted));
    if (ended.length === 0) return;
    record(ended.map(([, counted]) => counted));
    for (const [key] of ended) this.#counts.delete(key);
  }
}
