import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AlertWork } from "../alerts/alert-work.ts";
import { BUILT_IN_RULES } from "../alerts/alert-rule.ts";
import type { OwnerView } from "../reading/owner-view.ts";
import type { ViewerView } from "../reading/viewer-view.ts";
import {
  ALL_TASKS,
  alertDraft,
  concludeAll,
  conclusion,
  LEASE_MS,
  letBeAlerted,
  NOON_MS,
  oneTask,
  provedChannel,
  takeDeliveries,
  takeTasks,
  WEBHOOK,
  WORK_MAIL,
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
const DELIVERED = { kind: "delivered", atMs: NOON_MS + 500, tls: "TLSv1.3" } as const;

function retryAt(nextAtMs: number) {
  return { kind: "retry", nextAtMs, error: "no answer", tls: undefined } as const;
}

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

  describe(`${name}: deliveries of alerts`, () => {
    let harness: StoreHarness;
    let ada: OwnerView;
    let bob: ViewerView;
    let work: AlertWork;
    beforeEach(async () => {
      harness = await make();
      ada = await claimed(harness, ADA, TAG, "Schnurrli");
      bob = harness.store.forViewer(BOB);
      work = harness.store.alertWork;
      await concludeAll(work);
    });
    afterEach(() => harness.close());

    let numbers = 0;
    /** Has the drafts told, as if a rule wanted it. */
    async function tell(drafts: readonly ReturnType<typeof alertDraft>[], nowMs = NOON_MS): Promise<void> {
      numbers++;
      const number = numbers;
      await recorded(harness, TAG, reportOf(number, [transition(number, 0, "inside", "outside", 2)], number));
      const task = await oneTask(work, nowMs);
      expect(await work.conclude(task, conclusion(drafts), nowMs)).toBe(true);
    }

    test("an alert goes to the account's mail and every proved channel, each once", async () => {
      const webhook = await provedChannel(harness.store, ada, WEBHOOK);
      await ada.addAlertChannel(WORK_MAIL);
      for (const proof of await takeDeliveries(work)) await work.finish(proof, DELIVERED, NOON_MS);
      const sent = alertDraft();
      await tell([sent]);
      const deliveries = await takeDeliveries(work);
      expect(deliveries.map(({ channel }) => channel).sort()).toEqual([webhook.id, "mail"].sort());
      expect(deliveries[0]).toMatchObject({
        account: ADA,
        attempts: 0,
        alert: { id: sent.id, facts: sent.facts, tag: TAG },
      });
      expect(await takeDeliveries(work)).toEqual([]);
      for (const one of deliveries) {
        await work.begin(one, NOON_MS + 100);
        expect(await work.finish(one, DELIVERED, NOON_MS + 500)).toBe(true);
        expect(await work.finish(one, DELIVERED, NOON_MS + 500)).toBe(false);
      }
      const alert = await ada.alert(sent.id);
      expect(alert).toMatchObject({
        stages: { handedAt: NOON_MS + 100, deliveredAt: NOON_MS + 500, storedAt: NOON_MS },
      });
      expect(alert).toMatchObject({ deliveries: [{ state: "delivered", attempts: 1, tls: "TLSv1.3" }, {}] });
      expect(await takeDeliveries(work, NOON_MS + DAY_MS)).toEqual([]);
    });

    test("a rule's channels are the only ones, and mail when none of them is left", async () => {
      const webhook = await provedChannel(harness.store, ada, WEBHOOK);
      await tell([alertDraft({ channels: [webhook.id] })]);
      const [only, ...others] = await takeDeliveries(work);
      expect([only?.channel, others]).toEqual([webhook.id, []]);
      await ada.removeAlertChannel(webhook.id);
      await tell([alertDraft({ channels: [webhook.id] })]);
      expect(await takeDeliveries(work)).toMatchObject([{ channel: "mail", endpoint: undefined }]);
    });

    test("a retry has the same id, and its count of attempts", async () => {
      await tell([alertDraft()]);
      const [first] = await takeDeliveries(work);
      if (first === undefined) throw new Error("none");
      await work.begin(first, NOON_MS);
      expect(await work.finish(first, retryAt(NOON_MS + 5_000), NOON_MS + 10)).toBe(true);
      expect(await work.nextDueMs()).toBe(NOON_MS + 5_000);
      expect(await takeDeliveries(work, NOON_MS + 4_999)).toEqual([]);
      const [again] = await takeDeliveries(work, NOON_MS + 5_000);
      expect(again).toMatchObject({ id: first.id, attempts: 1, firstAttemptAt: NOON_MS });
      const { items } = await ada.alerts({ limit: 1 });
      expect(items[0]?.deliveries).toMatchObject([{ state: "waiting", attempts: 1, lastError: "no answer" }]);
    });

    test("what is given back was not tried, and only its holder gives it back", async () => {
      await tell([alertDraft()]);
      const [held] = await takeDeliveries(work);
      await work.giveBack({ ...held!, lease: "another's" }, NOON_MS + 1_000);
      expect(await takeDeliveries(work, NOON_MS + 2_000)).toEqual([]);
      await work.giveBack(held!, NOON_MS + 3_000);
      expect(await takeDeliveries(work, NOON_MS + 2_999)).toEqual([]);
      const [again] = await takeDeliveries(work, NOON_MS + 3_000);
      expect(again).toMatchObject({ id: held!.id, attempts: 0, firstAttemptAt: undefined });
    });

    test("a lease that is over is another's", async () => {
      await tell([alertDraft()]);
      const [first] = await takeDeliveries(work);
      const [second] = await takeDeliveries(harness.second.alertWork, NOON_MS + LEASE_MS);
      if (first === undefined || second === undefined) throw new Error("none");
      expect(second.id).toBe(first.id);
      expect(await work.finish(first, DELIVERED, NOON_MS)).toBe(false);
      expect(await harness.second.alertWork.finish(second, DELIVERED, NOON_MS)).toBe(true);
    });

    test("an account has so many under way and no more, and keeps no other waiting", async () => {
      const bobs = await claimed(harness, BOB, OTHER_TAG);
      await concludeAll(work);
      await tell(Array.from({ length: 10 }, () => alertDraft()));
      await bobs.testAlertChannel("mail" as never);
      const limits = { limit: 4, perAccount: 2 };
      const accounts = (await work.takeDeliveries(NOON_MS, LEASE_MS, limits)).map(({ account }) => account);
      expect(accounts.sort()).toEqual([ADA, ADA, BOB].sort());
      expect(await work.takeDeliveries(NOON_MS + 1_000, LEASE_MS, limits)).toEqual([]);
      const again = await work.takeDeliveries(NOON_MS + LEASE_MS, LEASE_MS, limits);
      expect(again.map(({ account }) => account).sort()).toEqual([ADA, ADA, BOB].sort());
    });

    test("viewers whom the owner lets are told, as long as they are let", async () => {
      const share = await letBeAlerted(ada, bob, TAG, later(NOON, 1_000));
      await concludeAll(work);
      await tell([alertDraft({ toViewers: true })]);
      const told = await takeDeliveries(work);
      expect(told.map(({ account }) => account).sort()).toEqual([ADA, BOB].sort());
      for (const one of told) await work.finish(one, retryAt(NOON_MS + 60_000), NOON_MS);
      const bobs = harness.store.forOwner(BOB);
      expect((await bobs.alerts({ limit: 9 })).items).toMatchObject([
        { kind: "left", tag: TAG, rule: undefined },
      ]);
      await ada.changeShare(TAG, share.id, { alerts: false });
      expect((await bobs.alerts({ limit: 9 })).items).toEqual([]);
      expect(await takeDeliveries(work, NOON_MS + 60_000)).toMatchObject([{ account: ADA }]);
      await tell([alertDraft({ toViewers: true })]);
      expect(await takeDeliveries(work)).toMatchObject([{ account: ADA }]);
    });

    test("a share that ends, is left or removed takes what was to be told with it", async () => {
      const share = await letBeAlerted(ada, bob, TAG, later(NOON, 1_000));
      await concludeAll(work);
      await tell([alertDraft({ toViewers: true, notBefore: NOON_MS + 2_000_000 })]);
      harness.clock.now = later(NOON, 1_000);
      expect((await harness.store.forOwner(BOB).alerts({ limit: 9 })).items).toEqual([]);
      expect(await takeDeliveries(work, NOON_MS + 2_000_000)).toMatchObject([{ account: ADA }]);
      harness.clock.now = NOON;
      await letBeAlerted(ada, bob, TAG);
      await concludeAll(work);
      await tell([alertDraft({ toViewers: true })]);
      const [held] = await bob.heldShares();
      expect(held?.id).not.toBe(share.id);
      await bob.leaveShare(held?.id ?? share.id);
      expect(await takeDeliveries(work)).toMatchObject([{ account: ADA }]);
    });

    test("what is acknowledged, muted or replaced is told no more", async () => {
      const [seen, muted, replaced] = [alertDraft(), alertDraft(), alertDraft()];
      await tell([seen, replaced]);
      await ada.markAlert(seen.id, { isAcknowledged: true });
      await tell([alertDraft({ replaces: [replaced.id] })]);
      expect(await takeDeliveries(work)).toHaveLength(1);
      await tell([muted]);
      await ada.muteTag(TAG, later(NOON, 100));
      expect(await takeDeliveries(work)).toEqual([]);
      await ada.muteTag(TAG, undefined);
      const states = (await ada.alerts({ limit: 9 })).items.map(({ deliveries }) => deliveries[0]?.state);
      expect(states).toEqual(["dropped", "waiting", "dropped", "dropped"]);
    });

    test("alerts that were not told yet are named", async () => {
      const [waits, goes] = [alertDraft({ notBefore: NOON_MS + 60_000 }), alertDraft()];
      await tell([waits, goes]);
      expect(await takeDeliveries(work)).toHaveLength(1);
      await recorded(harness, TAG, reportOf(90, [transition(90, 0, "outside", "inside", 2)], 90));
      expect((await oneTask(work)).untold).toEqual([waits.id]);
    });

    test("an endpoint that is gone is given up with what waits for it", async () => {
      const webhook = await provedChannel(harness.store, ada, WEBHOOK);
      await tell([alertDraft({ channels: [webhook.id] }), alertDraft({ channels: [webhook.id] })]);
      const [first] = await work.takeDeliveries(NOON_MS, LEASE_MS, { limit: 1, perAccount: 1 });
      if (first === undefined) throw new Error("none");
      await work.finish(first, { kind: "gone", error: "gone", tls: undefined }, NOON_MS);
      expect(await ada.alertChannels()).toMatchObject([{ state: "gone" }]);
      expect(await takeDeliveries(work, NOON_MS + DAY_MS)).toEqual([]);
    });

    test("an endpoint that fails for five days is paused, and its owner told another way", async () => {
      const webhook = await provedChannel(harness.store, ada, WEBHOOK);
      await tell([alertDraft({ channels: [webhook.id] }), alertDraft({ channels: [webhook.id] })]);
      for (let day = 0; day <= 5; day++) {
        const [one] = await work.takeDeliveries(NOON_MS + day * DAY_MS, LEASE_MS, {
          limit: 1,
          perAccount: 1,
        });
        if (one === undefined) throw new Error(`nothing on day ${day}`);
        expect(await ada.alertChannels()).toMatchObject([{ state: "active" }]);
        await work.finish(one, retryAt(NOON_MS + (day + 1) * DAY_MS), NOON_MS + day * DAY_MS);
      }
      expect(await ada.alertChannels()).toMatchObject([{ state: "paused", failingSince: NOON }]);
      const told = await takeDeliveries(work, NOON_MS + 9 * DAY_MS);
      expect(told).toMatchObject([
        { channel: "mail", alert: { kind: "channel-failed", facts: { name: "my server" } } },
      ]);
      expect(await ada.resumeAlertChannel(webhook.id)).toMatchObject({
        state: "active",
        failingSince: undefined,
      });
    });

    test("many alerts in a minute are one message with a count", async () => {
      await tell(Array.from({ length: 25 }, () => alertDraft()));
      for (let i = 0; i < 3; i++) await tell(Array.from({ length: 25 }, () => alertDraft()));
      const first = await takeDeliveries(work);
      expect(first).toHaveLength(20);
      expect(first.every(({ alert }) => alert.kind === "left")).toBe(true);
      const many = (await takeDeliveries(work, NOON_MS + 60_000)).filter(
        ({ alert }) => alert.kind === "many",
      );
      expect(many).toMatchObject([{ alert: { facts: { count: 80 } } }]);
      expect((await ada.alerts({ limit: 200 })).items).toHaveLength(101);
      await tell([alertDraft()]);
      const news = (await ada.alerts({ limit: 200 })).items.filter(({ kind }) => kind === "many");
      expect(
        news.map(({ facts }) => facts?.count),
        "one that is under way counts no more",
      ).toEqual([1, 80]);
    });

    test("what is to be told goes with the tag that is given up", async () => {
      const kept = alertDraft();
      await letBeAlerted(ada, bob, TAG);
      await concludeAll(work);
      await tell([{ ...kept, toViewers: true }]);
      await claimed(harness, BOB, TAG);
      await concludeAll(work);
      expect(await takeDeliveries(work)).toEqual([]);
      expect(await ada.alert(kept.id)).toMatchObject({ deliveries: [{ state: "dropped" }] });
      expect((await harness.store.forOwner(BOB).alerts({ limit: 9 })).items).toEqual([]);
    });

    test.each(["tag", "owner"])(
      "erasing a %s leaves nothing to be told, to owner or viewer",
      async (what) => {
        await letBeAlerted(ada, bob, TAG);
        await concludeAll(work);
        await tell([alertDraft({ toViewers: true })]);
        if (what === "tag") await ada.eraseTag(TAG);
        else await ada.eraseOwner();
        expect(await work.waiting()).toEqual({ tasks: 0, deliveries: 0 });
        expect((await harness.store.forOwner(BOB).alerts({ limit: 9 })).items).toEqual([]);
      },
    );
  });
}
