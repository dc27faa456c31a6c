import { errorCode } from "@purrimeter/service/log";
import { sleep } from "@purrimeter/service/sleep";
import { StateLog } from "@purrimeter/service/state-log";
import type { AlertWork, DeliveryTask } from "@purrimeter/store/alert-work";
import { deliver, type DeliveryParts } from "../deliver/delivery.ts";
import { DeliveryPool } from "../deliver/delivery-pool.ts";
import { judgeBatch, type JudgeParts } from "./judge.ts";
import type { AlertMetrics } from "./alert-metrics.ts";
import { allEnded } from "./all-ended.ts";

/** What the engine works with. */
export interface EngineParts extends Omit<JudgeParts, "work" | "metrics">, Omit<DeliveryParts, "work"> {
  readonly work: AlertWork;
  readonly metrics: AlertMetrics;
  /** Grows when something may have been committed, here or by another process. */
  readonly changeCount: () => Promise<number>;
}

/** How often is looked when no word of a commit comes. */
const POLL_MS = 250;

/** After word of a commit: others that come at the same time are judged with it. */
const GATHER_MS = 10;

/** After a failure of the store. */
const PAUSE_MS = 1_000;

/** How often it is looked for what a clock that was ahead has wait for years. */
const PUT_RIGHT_MS = 60_000;

/** A delivery waits so long when there is no room for it. */
const NO_ROOM_MS = 1_000;

/** Longer than an attempt of the notifier with the question for the address before it. */
const DELIVERY_LEASE_MS = 45_000;

const POOL = { total: 200, perAccount: 12, perChannel: 3, perHost: 48, unsure: 100 };

/** Looks for what is due, judges it and has it delivered, until it is stopped. */
export class Engine {
  readonly #parts: EngineParts;
  readonly #pool = new DeliveryPool(POOL);
  readonly #stopping = new AbortController();
  readonly #state: StateLog;
  #running: Promise<void> | undefined;
  #wake = new AbortController();
  #seen: number | undefined;
  #nextMs: number | undefined;
  #putRightMs = -Infinity;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    const state = {
      event: "alerts.store",
      failed: "alerts cannot be read or kept",
      recovered: "alerts can be read and kept again",
    };
    this.#state = new StateLog(parts.log, state, () => parts.time.monotonicMs());
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Something was committed: looks at once. */
  wake(): void {
    this.#wake.abort();
  }

  /** How long what is due longest has been due, ms; 0 when nothing is. Rejects when the store cannot be read. */
  async lagMs(): Promise<number> {
    const nextMs = await this.#parts.work.nextDueMs();
    return nextMs === undefined ? 0 : Math.max(0, this.#parts.time.utcMs() - nextMs);
  }

  /** Begins nothing more, and waits at most so long for the attempts under way. What does not end is tried again, with the same id. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#running;
    const graced = new AbortController();
    await Promise.race([this.#pool.drained(), sleep(this.#parts.time, graceMs, graced.signal)]);
    graced.abort();
  }

  async #run(): Promise<void> {
    const { time } = this.#parts;
    while (!this.#stopping.signal.aborted) {
      this.#wake = new AbortController();
      const isWell = await this.#turn();
      if (isWell) await sleep(time, POLL_MS, this.#wake.signal);
      await sleep(time, isWell ? GATHER_MS : PAUSE_MS, this.#stopping.signal);
    }
  }

  /** False when the store failed. */
  async #turn(): Promise<boolean> {
    try {
      await this.#putRight();
      if (await this.#isDue()) await this.#work();
      this.#state.succeeded();
      return true;
    } catch (error) {
      this.#state.failed({ reason: "store", code: errorCode(error) });
      this.#seen = undefined;
      return false;
    }
  }

  async #putRight(): Promise<void> {
    const { work, time, isClockTrusted } = this.#parts;
    if (time.monotonicMs() - this.#putRightMs < PUT_RIGHT_MS || !isClockTrusted()) return;
    await work.putRight(time.utcMs());
    this.#putRightMs = time.monotonicMs();
  }

  /** Costs microseconds when nothing was committed. */
  async #isDue(): Promise<boolean> {
    const { changeCount, work, time } = this.#parts;
    const count = await changeCount();
    if (count !== this.#seen) this.#nextMs = await work.nextDueMs();
    this.#seen = count;
    return this.#nextMs !== undefined && this.#nextMs <= time.utcMs();
  }

  async #work(): Promise<void> {
    this.#seen = undefined;
    let isMore = true;
    while (isMore && !this.#stopping.signal.aborted) {
      // Deliveries first: what is under way must not be replaced by what is judged beside it. Both leases share a commit.
      isMore = (await allEnded([this.#deliverDue(), judgeBatch(this.#parts)])).includes(true);
    }
  }

  /** Whether something was begun. */
  async #deliverDue(): Promise<boolean> {
    const { work, time } = this.#parts;
    const limit = this.#pool.free;
    if (limit <= 0) return false;
    const limits = { limit, perAccount: POOL.perAccount };
    const tasks = await work.takeDeliveries(time.utcMs(), DELIVERY_LEASE_MS, limits);
    const left = tasks.filter((task) => !this.#pool.begin(task, () => this.#deliver(task)));
    await allEnded(left.map((task) => work.giveBack(task, time.utcMs() + NO_ROOM_MS)));
    return tasks.length > 0;
  }

  /** Never rejects: what is not kept is tried again when the lease is over. */
  async #deliver(task: DeliveryTask): Promise<void> {
    const { log, metrics, time } = this.#parts;
    try {
      const { result, beganMs } = await deliver(task, this.#parts);
      metrics.attempted(task, result, beganMs, time.utcMs());
      this.#state.succeeded();
    } catch (error) {
      log.error("how a delivery went could not be kept", { event: "alerts.unkept", code: errorCode(error) });
    }
    this.wake();
  }
}
