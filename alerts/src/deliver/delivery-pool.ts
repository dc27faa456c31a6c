import type { DeliveryTask } from "@purrimeter/store/alert-work";

/** Attempts at once. */
export interface PoolLimits {
  readonly total: number;
  /** Of one account: an endpoint that hangs takes these, and no more. */
  readonly perAccount: number;
}

/**
 * Attempts under way. What exceeds an account's share is not kept here: its lease ends, and it is taken again then, so that an account
 * with many endpoints that hang holds neither memory nor turns of others.
 */
export class DeliveryPool {
  readonly #limits: PoolLimits;
  readonly #work: (task: DeliveryTask) => Promise<void>;
  readonly #byAccount = new Map<string, number>();
  readonly #running = new Set<Promise<void>>();

  /** `work` never rejects. */
  constructor(limits: PoolLimits, work: (task: DeliveryTask) => Promise<void>) {
    this.#limits = limits;
    this.#work = work;
  }

  get free(): number {
    return this.#limits.total - this.#running.size;
  }

  /** Whether the task was begun. */
  begin(task: DeliveryTask): boolean {
    const { account } = task;
    const count = this.#byAccount.get(account) ?? 0;
    if (this.free <= 0 || count >= this.#limits.perAccount) return false;
    this.#byAccount.set(account, count + 1);
    const running: Promise<void> = this.#work(task).finally(() => {
      this.#running.delete(running);
      this.#release(account);
    });
    this.#running.add(running);
    return true;
  }

  /** Resolves when all that is under way has ended. */
  async drained(): Promise<void> {
    await Promise.all(this.#running);
  }

  #release(account: string): void {
    const count = (this.#byAccount.get(account) ?? 1) - 1;
    if (count === 0) this.#byAccount.delete(account);
    else this.#byAccount.set(account, count);
  }
}
