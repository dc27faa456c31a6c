import type { DeliveryTask } from "@purrimeter/store/alert-work";

/** Attempts at once. */
export interface PoolLimits {
  readonly total: number;
  readonly perAccount: number;
  /** Of one channel: an endpoint that hangs takes these, and leaves the others of its account room. */
  readonly perChannel: number;
}

/** Attempts under way: an endpoint that hangs delays no other channel, and an account whose endpoints all hang no other account. */
export class DeliveryPool {
  readonly #limits: PoolLimits;
  readonly #counts = new Map<string, number>();
  readonly #running = new Set<Promise<void>>();

  constructor(limits: PoolLimits) {
    this.#limits = limits;
  }

  get free(): number {
    return this.#limits.total - this.#running.size;
  }

  /** Runs `work`, which never rejects; false when there is no room for this delivery now. */
  begin({ account, channel }: Pick<DeliveryTask, "account" | "channel">, work: () => Promise<void>): boolean {
    const { perAccount, perChannel } = this.#limits;
    const keys = [account, `${account} ${channel}`] as const;
    const [ofAccount, ofChannel] = keys.map((key) => this.#counts.get(key) ?? 0);
    if (this.free <= 0 || (ofAccount ?? 0) >= perAccount || (ofChannel ?? 0) >= perChannel) return false;
    for (const key of keys) this.#add(key, 1);
    const running: Promise<void> = work().finally(() => {
      this.#running.delete(running);
      for (const key of keys) this.#add(key, -1);
    });
    this.#running.add(running);
    return true;
  }

  /** Resolves when all that is under way has ended. */
  async drained(): Promise<void> {
    await Promise.all(this.#running);
  }

  #add(key: string, change: number): void {
    const count = (this.#counts.get(key) ?? 0) + change;
    if (count === 0) this.#counts.delete(key);
    else this.#counts.set(key, count);
  }
}
