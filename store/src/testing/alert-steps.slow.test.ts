import fc from "fast-check";
import { expect, test } from "vitest";
import type { AlertId } from "../alerts/alert.ts";
import type { AlertTask, DeliveryTask } from "../alerts/alert-work.ts";
import type { Store } from "../open-store.ts";
import { alertDraft, concludeAll, conclusion, NOON_MS } from "./alert-values.ts";
import { ADA, NOON, OTHER_TAG, reportOf, TAG, transition } from "./contract-values.ts";
import { openSqliteHarness, type SqliteHarness } from "./sqlite-harness.ts";
import { claimed, recorded } from "./store-harness.ts";

/** Two processes work on one database: each holds what it took until it ends it, loses it or is killed. */
interface Worker {
  readonly store: Store;
  tasks: AlertTask[];
  deliveries: DeliveryTask[];
}

/** What must have become of it all, kept beside the real rows. */
interface Model {
  nowMs: number;
  /** Events that were recorded, by tag. */
  readonly recorded: Record<string, number>;
  /** Events that were concluded: "tag/number". */
  readonly concluded: string[];
  readonly alerts: Set<AlertId>;
  /** Deliveries that were ended. */
  readonly ended: string[];
}

interface World {
  readonly harness: SqliteHarness;
  readonly workers: readonly Worker[];
  readonly model: Model;
}

const STEPS = [
  "record",
  "take",
  "conclude",
  "postpone",
  "deliver",
  "finish",
  "retry",
  "kill",
  "wait",
] as const;
type Step = readonly [what: (typeof STEPS)[number], worker: number, amount: number];

const LEASE_MS = 1_000;
const TAGS = [TAG, OTHER_TAG];

const ACTS: Readonly<Record<Step[0], (world: World, worker: Worker, amount: number) => Promise<void>>> = {
  record: async ({ harness, model }, _, amount) => {
    const tag = amount % 2 === 0 ? TAG : OTHER_TAG;
    const number = (model.recorded[tag] ?? 0) + 1;
    model.recorded[tag] = number;
    await recorded(harness, tag, reportOf(number, [transition(number, 0, "inside", "outside", 2)]), {
      ...{ at: NOON, atMs: model.nowMs, suspect: undefined },
    });
  },
  take: async ({ model }, worker, limit) => {
    const limits = { limit, withTimers: true };
    worker.tasks.push(...(await worker.store.alertWork.takeTasks(model.nowMs, LEASE_MS, limits)));
  },
  conclude: async ({ model }, worker, amount) => {
    const task = worker.tasks.shift();
    if (task?.event.kind !== "transition") return;
    const draft = alertDraft();
    const alerts = amount % 2 === 0 ? [draft] : [];
    if (!(await worker.store.alertWork.conclude(task, conclusion(alerts), model.nowMs))) return;
    model.concluded.push(`${task.tag}/${task.event.number}`);
    for (const { id } of alerts) model.alerts.add(id);
  },
  postpone: async ({ model }, worker) => {
    const task = worker.tasks.shift();
    if (task !== undefined) await worker.store.alertWork.postpone(task, model.nowMs + 500);
  },
  deliver: async ({ model }, worker, limit) => {
    const limits = { limit, perAccount: 3 };
    worker.deliveries.push(...(await worker.store.alertWork.takeDeliveries(model.nowMs, LEASE_MS, limits)));
  },
  finish: async ({ model }, worker) => {
    const delivery = worker.deliveries.shift();
    if (delivery === undefined) return;
    const result = { kind: "delivered", atMs: model.nowMs, tls: undefined } as const;
    if (await worker.store.alertWork.finish(delivery, result, model.nowMs)) model.ended.push(delivery.id);
  },
  retry: async ({ model }, worker, amount) => {
    const delivery = worker.deliveries.shift();
    const result = {
      kind: "retry",
      nextAtMs: model.nowMs + 100 * amount,
      error: "no",
      tls: undefined,
    } as const;
    if (delivery !== undefined) await worker.store.alertWork.finish(delivery, result, model.nowMs);
  },
  kill: (_, worker) => {
    worker.tasks = [];
    worker.deliveries = [];
    return Promise.resolve();
  },
  wait: ({ model }, _, amount) => {
    model.nowMs += 300 * amount;
    return Promise.resolve();
  },
};

/** One process, with all the time that it needs, ends what is left. */
async function endAll({ harness, workers, model }: World): Promise<void> {
  const [worker] = workers;
  if (worker === undefined) throw new Error("no worker");
  for (let idle = 0; idle < 3;) {
    model.nowMs += LEASE_MS + 1_000;
    worker.tasks = [];
    worker.deliveries = [];
    for (const step of ["take", "deliver"] as const) await ACTS[step]({ harness, workers, model }, worker, 9);
    idle = worker.tasks.length + worker.deliveries.length === 0 ? idle + 1 : 0;
    while (worker.tasks.length > 0) await ACTS.conclude({ harness, workers, model }, worker, 0);
    while (worker.deliveries.length > 0) await ACTS.finish({ harness, workers, model }, worker, 0);
  }
}

const anyStep = fc.tuple(fc.constantFrom(...STEPS), fc.nat(1), fc.integer({ min: 1, max: 4 }));

test("however two processes interleave, lose leases and die, each task and delivery is ended once", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 60 }), async (steps) => {
      const harness = openSqliteHarness();
      for (const tag of TAGS) await claimed(harness, ADA, tag);
      await concludeAll(harness.store.alertWork);
      const model: Model = { nowMs: NOON_MS, recorded: {}, concluded: [], alerts: new Set(), ended: [] };
      const stores = [harness.store, harness.second];
      const workers = stores.map((store) => ({ store, tasks: [], deliveries: [] }));
      const world: World = { harness, workers, model };
      for (const [what, at, amount] of steps) await ACTS[what](world, workers[at] as Worker, amount);
      await endAll(world);
      const wanted = Object.entries(model.recorded).flatMap(([tag, count]) =>
        Array.from({ length: count }, (_, i) => `${tag}/${i + 1}`),
      );
      expect(model.concluded.toSorted()).toEqual(wanted.sort());
      for (const tag of TAGS) {
        const numbers = model.concluded
          .filter((one) => one.startsWith(`${tag}/`))
          .map((one) => Number(one.split("/")[1]));
        expect(numbers, "in the order of events").toEqual(numbers.toSorted((a, b) => a - b));
      }
      expect(new Set(model.ended).size).toBe(model.ended.length);
      const rows = harness.database.prepare("SELECT id, kind FROM alert WHERE joined = 0").all() as {
        id: AlertId;
        kind: string;
      }[];
      expect(model.ended).toHaveLength(rows.length);
      const all = harness.database
        .prepare("SELECT id FROM alert WHERE kind = 'left'")
        .pluck()
        .all() as AlertId[];
      expect(all.sort()).toEqual([...model.alerts].sort());
      expect(await harness.store.alertWork.waiting()).toEqual({ tasks: 0, deliveries: 0 });
      expect(await harness.store.alertWork.nextDueMs()).toBeUndefined();
      await harness.close();
    }),
    { numRuns: 25 },
  );
}, 120_000);
