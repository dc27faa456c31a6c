import type { UnixMs } from "./alert.ts";
import type { AlertConclusion, AlertTask, AlertWork, DeliveryResult, DeliveryTask } from "./alert-work.ts";
import { idOf, type TaskConcluder } from "./conclude-task.ts";
import type { DeliveryStatements } from "./delivery-statements.ts";
import type { TaskFiller } from "./fill-task.ts";
import type { DeliveryFinisher } from "./finish-delivery.ts";
import { unlessCorruptLater, type TaskLeases } from "./lease-tasks.ts";
import type { DeliveryLimits, DeliveryTaker } from "./take-deliveries.ts";
import type { TaskStatements } from "./task-statements.ts";
import type { GroupWrite } from "@purrimeter/database/group-write";

/** What SqliteAlertWork is made of. */
export interface AlertWorkParts {
  readonly tasks: TaskStatements;
  readonly sent: DeliveryStatements;
  readonly grouped: GroupWrite;
  readonly leases: TaskLeases;
  readonly filler: TaskFiller;
  readonly concluder: TaskConcluder;
  readonly taker: DeliveryTaker;
  readonly finisher: DeliveryFinisher;
  readonly putRight: (nowMs: UnixMs) => void;
}

/** What the process `alerts` does with SQLite. */
export class SqliteAlertWork implements AlertWork {
  readonly #parts: AlertWorkParts;

  constructor(parts: AlertWorkParts) {
    this.#parts = parts;
  }

  async takeTasks(
    nowMs: UnixMs,
    leaseMs: number,
    { limit, withTimers }: { readonly limit: number; readonly withTimers: boolean },
  ): Promise<readonly AlertTask[]> {
    const { leases, filler } = this.#parts;
    const tasks: AlertTask[] = [];
    for (const leased of await leases.take({ nowMs, leaseMs, limit, withTimers })) {
      const filled = (await unlessCorruptLater(() => filler.fill(leased, nowMs))) ?? "later";
      if (typeof filled === "object") tasks.push(filled);
      else if (filled === "never") await leases.skip(leased, nowMs);
      else await leases.hold(leased.turn.ownership, nowMs);
    }
    return tasks;
  }

  conclude(task: AlertTask, conclusion: AlertConclusion, nowMs: UnixMs): Promise<boolean> {
    return this.#parts.concluder.conclude(task, conclusion, nowMs);
  }

  postpone(task: AlertTask, untilMs: UnixMs): Promise<void> {
    const { tasks, grouped } = this.#parts;
    const { ownership } = task;
    const { lease } = idOf(task);
    return grouped.submit(() => void tasks.postpone.run({ ownership, lease, untilMs }));
  }

  takeDeliveries(nowMs: UnixMs, leaseMs: number, limits: DeliveryLimits): Promise<readonly DeliveryTask[]> {
    return this.#parts.taker.take(nowMs, leaseMs, limits);
  }

  giveBack({ id, lease }: DeliveryTask, untilMs: UnixMs): Promise<void> {
    const { sent, grouped } = this.#parts;
    return grouped.submit(() => void sent.giveBack.run({ id, lease, untilMs }));
  }

  finish(
    delivery: DeliveryTask,
    result: DeliveryResult,
    nowMs: UnixMs,
    beganMs: UnixMs = nowMs,
  ): Promise<boolean> {
    return this.#parts.finisher.finish(delivery, result, nowMs, beganMs);
  }

  putRight(nowMs: UnixMs): Promise<void> {
    return Promise.try(() => this.#parts.putRight(nowMs));
  }

  nextDueMs(): Promise<UnixMs | undefined> {
    const { nextDue, nextEvent, nextTimer } = this.#parts.sent;
    return Promise.try(() => {
      const times = [nextDue, nextEvent, nextTimer].map((statement) => statement.get() ?? Infinity);
      const next = Math.min(...times);
      return next === Infinity ? undefined : next;
    });
  }

  waiting(): Promise<{ readonly tasks: number; readonly deliveries: number }> {
    return Promise.try(() => this.#parts.sent.waiting.get() ?? { tasks: 0, deliveries: 0 });
  }
}
