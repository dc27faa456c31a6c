import type { DeliveryTask } from "@purrimeter/store/alert-work";

/** Attempts at once. */
export interface PoolLimits {
  readonly total: number;
  readonly perAccount: number;
  /** Of one channel: an endpoint that hangs takes these, and leaves the others of its account room. */
  readonly perChannel: number;
  /** To one host, or to the mail server. Fewer than the notifier takes: what it turns away would be tried again late. */
  readonly perHost: number;
  /** Of endpoints that are not proved, or failed the last time: many accounts whose endpoints hang leave the rest to the others. */
  readonly unsure: number;
}

type Wanted = Pick<DeliveryTask, "account" | "channel" | "endpoint" | "attempts" | "isFailing" | "proofCode">;

/** Counted beside accounts and channels, whose names are never empty. */
const UNSURE = "";

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
  begin(wanted: Wanted, work: () => Promise<void>): boolean {
    const limits = this.#limitsOf(wanted);
    const keys = Object.keys(limits);
    const isFull = Object.entries(limits).some(([key, limit]) => (this.#counts.get(key) ?? 0) >= limit);
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

  #limitsOf(wanted: Wanted): Readonly<Record<string, number>> {
    const { account, channel, endpoint, attempts, isFailing, proofCode } = wanted;
    const { perAccount, perChannel, perHost, unsure } = this.#limits;
    const isUnsure = attempts > 0 || isFailing || proofCode !== undefined;
    return {
      [account]: perAccount,
      [`${account} ${channel}`]: perChannel,
      [`host ${hostOf(endpoint)}`]: perHost,
      ...(isUnsure && { [UNSURE]: unsure }),
    };
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
