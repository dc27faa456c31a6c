/** How many may do something at once. */
export interface LaneLimits {
  readonly active: number;
  /** Others wait for their turn; further ones are turned away. */
  readonly waiting: number;
}

interface Lane {
  active: number;
  readonly waiting: Set<() => void>;
}

/** Bounds what is under way to each host, so that one that hangs takes no room of the others. */
export class Lanes {
  readonly #limits: LaneLimits;
  readonly #lanes = new Map<string, Lane>();

  constructor(limits: LaneLimits) {
    this.#limits = limits;
  }

  /** Hosts with something under way. */
  get size(): number {
    return this.#lanes.size;
  }

  /**
   * Does the work when it is its turn at the host; "busy" when too many wait already, or when the signal comes before its turn.
   */
  async run<Result>(
    host: string,
    signal: AbortSignal,
    work: () => Promise<Result>,
  ): Promise<Result | "busy"> {
    const lane = this.#lanes.get(host) ?? { active: 0, waiting: new Set() };
    this.#lanes.set(host, lane);
    if (!(await this.#turn(lane, signal))) return "busy";
    try {
      return await work();
    } finally {
      this.#passOn(host, lane);
    }
  }

  async #turn(lane: Lane, signal: AbortSignal): Promise<boolean> {
    if (lane.active < this.#limits.active) {
      lane.active += 1;
      return true;
    }
    if (lane.waiting.size >= this.#limits.waiting || signal.aborted) return false;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const begin = (): void => resolve(true);
    const giveUp = (): void => resolve(!lane.waiting.delete(begin));
    lane.waiting.add(begin);
    signal.addEventListener("abort", giveUp, { once: true });
    const hasTurn = await promise;
    signal.removeEventListener("abort", giveUp);
    return hasTurn;
  }

  /** The turn goes to who waits longest. */
  #passOn(host: string, lane: Lane): void {
    const [next] = lane.waiting;
    if (next !== undefined) {
      lane.waiting.delete(next);
      next();
    } else if (--lane.active === 0) this.#lanes.delete(host);
  }
}
