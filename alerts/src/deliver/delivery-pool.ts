import type { DeliveryTask } from "@purrimeter/store/alert-work";

/** Attempts at once. */
export interface PoolLimits {
  readonly total: number;
  readonly perAccount: number;
  /** Of one channel: an endpoint that hangs takes these, and leaves the others of its account room. */
  readonly perChannel: number;
  /** To one host, or to the mail server. Fewer than the notifier takes: what it turns away would be tried again late. */
  readonly perHost: number;
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
  begin(
    { account, channel, endpoint }: Pick<DeliveryTask, "account" | "channel" | "endpoint">,
    work: () => Promise<void>,
  ): boolean {
    const { perAccount, perChannel, perHost } = this.#limits;
    const limits = new Map([
      [`account ${account}`, perAccount],
      [`channel ${account} ${channel}`, perChannel],
      [`host ${hostOf(endpoint)}`, perHost],
    ]);
    const keys = [...limits.keys()];
    const isFull = [...limits].some(([key, limit]) => (this.#counts.get(key) ?? 0) >= limit);
    if (this.free <= 0 || isFull) return false;
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

/** As the notifier counts: all mail goes through one server. */
function hostOf(endpoint: DeliveryTask["endpoint"]): string {
  if (endpoint === undefined || endpoint.kind === "email") return "email";
  return URL.parse(endpoint.url)?.host ?? "none";
}
