import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AlertWork } from "../alerts/alert-work.ts";
import { BUILT_IN_RULES } from "../alerts/alert-rule.ts";
import type { OwnerView } from "../reading/owner-view.ts";

import {
  ALL_TASKS,
  alertDraft,
  concludeAll,
  conclusion,
  LEASE_MS,
  letBeAlerted,
  NOON_MS,
  oneTask,
  takeTasks,
} from "./alert-values.ts";
import {
  ADA,
  BOB,
  draft,
  fix,
  later,
  NOON,
  OTHER_TAG,
  receivedAt,
  reportOf,
  TAG,
  transition,
} from "./contract-values.ts";
import { claimed, recorded, type StoreHarness } from "./store-harness.ts";

const DAY_MS = 86_400_000;

/** What the process `alerts` does with a store, whatever engine keeps the rows. */
export function describeAlertWorkContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`${name}: tasks of alerts`, () => {
    let harness: StoreHarness;
    let ada: OwnerView;
    let work: AlertWork;
    beforeEach(async () => {
      harness = await make();
      ada = await claimed(harness, ADA, TAG, "Schnurrli");
      work = harness.store.alertWork;
    });
    afterEach(() => harness.close());

    const left = (number: number) => reportOf(number, [transition(number, 0, "inside", "outside", 2)]);

    test("each event is given once, in order, of one ownership one at a time", async () => {
      await recorded(harness, TAG, left(1), { ...receivedAt(), atMs: NOON_MS - 250 });
      const claim = await oneTask(work);
      expect(claim).toMatchObject({ event: { kind: "claimed" }, tag: TAG, owner: ADA, tagName: "Schnurrli" });
      expect(await takeTasks(work)).toEqual([]);
      expect(await work.conclude(claim, conclusion(), NOON_MS)).toBe(true);
      expect(await work.conclude(claim, conclusion(), NOON_MS)).toBe(false);
      const { event } = await oneTask(work);
      expect(event).toMatchObject({ kind: "transition", number: 1, receivedAtMs: NOON_MS - 250 });
      expect(event).toMatchObject({ entry: { from: "inside", to: "outside" }, doubt: undefined });
    });

    test("a task says what judging needs", async () => {
      await ada.createGeofence(draft("home", [TAG]));
      const health = { kind: "health", at: NOON, batteryPercent: 41, boots: 1, dropped: 0 } as const;
      await recorded(harness, TAG, reportOf(1, [fix(1), health, transition(3, 0, "inside", "outside", 2)]));
      await ada.muteTag(TAG, later(NOON, 60));
      await letBeAlerted(ada, harness.store.forViewer(BOB), TAG);
      await concludeAll(work);
      await recorded(harness, TAG, left(4));
      const task = await oneTask(work);
      expect(task).toMatchObject({ rules: BUILT_IN_RULES, viewers: [BOB], mutedUntil: later(NOON, 60) });
      expect(task).toMatchObject({ geofences: [{ name: "home" }], event: { geofence: { name: "home" } } });
      expect(task.lastPlace).toEqual({
        latE7: fix(1).latE7,
        lonE7: fix(1).lonE7,
        accuracyDm: fix(1).accuracyDm,
      });
      expect(task).toMatchObject({ lastHeardAt: NOON, attempts: 0, untold: [], commands: [] });
    });

    test("what the rules remember comes back, and is forgotten", async () => {
      expect((await oneTask(work)).state).toBeUndefined();
      await work.conclude(
        await oneTask(work, NOON_MS + LEASE_MS),
        conclusion([], { state: { a: 1 } }),
        NOON_MS,
      );
      await recorded(harness, TAG, left(1));
      const second = await oneTask(work);
      expect(second.state).toEqual({ a: 1 });
      await work.conclude(second, conclusion(), NOON_MS);
      await recorded(harness, TAG, left(2));
      expect((await oneTask(work)).state).toBeUndefined();
    });

    test("a lease that is over is another's, and its holder keeps nothing", async () => {
      const first = await oneTask(work);
      expect(await takeTasks(harness.second.alertWork, NOON_MS + LEASE_MS - 1)).toEqual([]);
      const second = await oneTask(harness.second.alertWork, NOON_MS + LEASE_MS);
      expect(await work.conclude(first, conclusion([alertDraft()]), NOON_MS)).toBe(false);
      expect(await harness.second.alertWork.conclude(second, conclusion(), NOON_MS)).toBe(true);
      expect((await ada.alerts({ limit: 10 })).items).toEqual([]);
      expect(await takeTasks(work, NOON_MS + DAY_MS)).toEqual([]);
    });

    test("a postponed task comes later, and nothing of its ownership before it", async () => {
      await work.postpone(await oneTask(work), NOON_MS + 60_000);
      await recorded(harness, TAG, left(1));
      expect(await takeTasks(work, NOON_MS + 59_999)).toEqual([]);
      const again = await oneTask(work, NOON_MS + 60_000);
      expect(again).toMatchObject({ event: { kind: "claimed" }, attempts: 1 });
    });

    test("a time that was asked for comes once, and not while the clock is doubted", async () => {
      await work.conclude(await oneTask(work), conclusion([], { dueAt: later(NOON, 600) }), NOON_MS);
      expect(await work.nextDueMs()).toBe(NOON_MS + 600_000);
      expect(await takeTasks(work, NOON_MS + 599_999)).toEqual([]);
      const doubted = { ...ALL_TASKS, withTimers: false };
      expect(await work.takeTasks(NOON_MS + 600_000, LEASE_MS, doubted)).toEqual([]);
      const due = await oneTask(work, NOON_MS + 600_000);
      expect(due.event).toEqual({ kind: "due", at: later(NOON, 600) });
      await work.conclude(due, conclusion(), NOON_MS + 600_000);
      expect(await work.nextDueMs()).toBeUndefined();
    });

    test("a rule that changed is asked at once, of that owner's tags only", async () => {
      await claimed(harness, BOB, OTHER_TAG, "Bob's");
      await concludeAll(work);
      await ada.changeAlertRule(BUILT_IN_RULES[0]!.id, {
        kind: "left",
        isEnabled: true,
        tellsViewers: false,
      });
      const tasks = await takeTasks(work);
      expect(tasks.map(({ owner, event: { kind }, rules }) => [owner, kind, rules.length])).toEqual([
        [ADA, "due", 3],
      ]);
    });

    test("a rule that changes while it is judged is asked again afterwards", async () => {
      const task = await oneTask(work);
      await ada.removeAlertRule(BUILT_IN_RULES[0]?.id ?? ("" as never));
      expect(await work.conclude(task, conclusion([], { dueAt: later(NOON, 600) }), NOON_MS)).toBe(true);
      expect(await oneTask(work)).toMatchObject({
        event: { kind: "due" },
        rules: [{ isEnabled: false }, {}, {}],
      });
    });

    test("what happens to a tag is told to those who judge", async () => {
      await concludeAll(work);
      const found = { message: "here", contact: undefined, place: undefined };
      const code = await harness.store.registry.printedCode(TAG);
      await harness.store.finderReports.report(code, found, "192.0.2.1");
      await letBeAlerted(ada, harness.store.forViewer(BOB), TAG);
      const health = (percent: number) =>
        ({ kind: "health", at: NOON, batteryPercent: percent, boots: 1, dropped: 0 }) as const;
      await recorded(harness, TAG, reportOf(1, [health(60), health(49)]));
      await recorded(harness, TAG, reportOf(3, [health(49)]));
      await recorded(harness, TAG, reportOf(4, [health(48)]));
      const events = (await concludeAll(work)).map(({ event }) => event);
      expect(events).toMatchObject([
        { kind: "found" },
        { kind: "shared", name: "Grandma" },
        { kind: "battery", percent: 49 },
        { kind: "battery", percent: 48 },
      ]);
    });

    test("a tag that went to another is judged for its new owner only", async () => {
      await recorded(harness, TAG, left(1));
      await claimed(harness, BOB, TAG);
      const all = await concludeAll(work);
      expect(all).toMatchObject([{ owner: BOB, event: { kind: "claimed" } }]);
    });

    test("an event of an erased stretch is told to nobody, though it was taken", async () => {
      await concludeAll(work);
      await recorded(harness, TAG, left(1));
      const task = await oneTask(work);
      await ada.eraseStretch(TAG, { from: NOON, to: later(NOON, 600) });
      expect(await work.conclude(task, conclusion([alertDraft()]), NOON_MS)).toBe(false);
      expect((await ada.alerts({ limit: 10 })).items).toEqual([]);
      expect(await work.waiting()).toEqual({ tasks: 0, deliveries: 0 });
    });

    test("an owner who is erased is told nothing that waited", async () => {
      await recorded(harness, TAG, left(1));
      const task = await oneTask(work);
      await harness.second.forOwner(ADA).eraseOwner();
      expect(await work.conclude(task, conclusion([alertDraft()]), NOON_MS)).toBe(false);
      expect(await takeTasks(work, NOON_MS + DAY_MS)).toEqual([]);
      expect(await work.waiting()).toEqual({ tasks: 0, deliveries: 0 });
    });

    test("of an owner whose key was destroyed nothing is given, and of others it is", async () => {
      await claimed(harness, BOB, OTHER_TAG);
      await harness.keyRing.destroy(ADA);
      expect(await takeTasks(harness.second.alertWork)).toMatchObject([{ owner: BOB }]);
    });
  });
}
