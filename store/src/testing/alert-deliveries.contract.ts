import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AlertDraft, AlertWork, DeliveryResult } from "../alerts/alert-work.ts";

import type { OwnerView } from "../reading/owner-view.ts";
import type { ViewerView } from "../reading/viewer-view.ts";
import {
  alertDraft,
  concludeAll,
  conclusion,
  LEASE_MS,
  letBeAlerted,
  NOON_MS,
  oneTask,
  provedChannel,
  takeDeliveries,
  WEBHOOK,
  WORK_MAIL,
} from "./alert-values.ts";
import { ADA, BOB, later, NOON, OTHER_TAG, reportOf, TAG, transition } from "./contract-values.ts";
import { claimed, recorded, type StoreHarness } from "./store-harness.ts";

const DAY_MS = 86_400_000;
export const DELIVERED = { kind: "delivered", atMs: NOON_MS + 500, tls: "TLSv1.3" } as const;

/** An attempt that is made again. */
export function retryAt(nextAtMs: number): Extract<DeliveryResult, { kind: "retry" }> {
  return { kind: "retry", nextAtMs, error: "no answer", tls: undefined };
}

let numbers = 0;

/** Has the drafts told of TAG, as if a rule wanted it. */
export async function tellIn(
  harness: StoreHarness,
  drafts: readonly AlertDraft[],
  nowMs = NOON_MS,
): Promise<void> {
  const work = harness.store.alertWork;
  numbers++;
  await recorded(harness, TAG, reportOf(numbers, [transition(numbers, 0, "inside", "outside", 2)], numbers));
  expect(await work.conclude(await oneTask(work, nowMs), conclusion(drafts), nowMs)).toBe(true);
}

/** How the process `alerts` is given what is to be sent, whatever engine keeps the rows. */
export function describeAlertDeliveryContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`${name}: deliveries of alerts`, () => {
    let harness: StoreHarness;
    let ada: OwnerView;
    let work: AlertWork;
    beforeEach(async () => {
      harness = await make();
      ada = await claimed(harness, ADA, TAG, "Schnurrli");
      work = harness.store.alertWork;
      await concludeAll(work);
    });
    afterEach(() => harness.close());

    const tell = (drafts: readonly AlertDraft[], nowMs?: number): Promise<void> =>
      tellIn(harness, drafts, nowMs);

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
        expect(await work.finish(one, DELIVERED, NOON_MS + 500, NOON_MS + 100)).toBe(true);
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
      expect(await work.finish(first, retryAt(NOON_MS + 5_000), NOON_MS + 10, NOON_MS)).toBe(true);
      expect(await work.nextDueMs()).toBe(NOON_MS + 5_000);
      expect(await takeDeliveries(work, NOON_MS + 4_999)).toEqual([]);
      const [again] = await takeDeliveries(work, NOON_MS + 5_000);
      expect(again).toMatchObject({ id: first.id, attempts: 1, firstAttemptAt: NOON_MS });
      const { items } = await ada.alerts({ limit: 1 });
      expect(items[0]?.deliveries).toMatchObject([{ state: "waiting", attempts: 1, lastError: "no answer" }]);
    });

    test("what was not asked of the endpoint is no attempt, and no failure of its channel", async () => {
      const channel = await provedChannel(harness.store, ada, WEBHOOK);
      await tell([alertDraft({ channels: [channel.id] })]);
      let nowMs = NOON_MS;
      for (let i = 0; i < 12; i++) {
        const [task] = await takeDeliveries(work, nowMs);
        const firstAttemptAt = i === 0 ? undefined : NOON_MS;
        expect(task).toMatchObject({ attempts: 0, channel: channel.id, firstAttemptAt });
        await work.finish(task!, { ...retryAt(nowMs + DAY_MS), isUnasked: true }, nowMs);
        nowMs += DAY_MS;
      }
      expect(await ada.alertChannels()).toMatchObject([{ state: "active", failingSince: undefined }]);
    });

    test("what a clock that was ahead has wait for years is due when the clock is right again", async () => {
      const aheadMs = NOON_MS + 1_500 * DAY_MS;
      await tell([alertDraft(), alertDraft()], aheadMs);
      const [first] = await takeDeliveries(work, aheadMs);
      await work.finish(first!, retryAt(aheadMs + 5_000), aheadMs);
      await recorded(harness, TAG, reportOf(900, [transition(900, 0, "inside", "outside", 2)], 900));
      await work.postpone(await oneTask(work, aheadMs), aheadMs + 60_000);
      await work.putRight(NOON_MS);
      expect(await takeDeliveries(work)).toHaveLength(2);
      expect(await oneTask(work)).toMatchObject({ event: { number: 900 } });
    });

    test("what an owner puts off, and what a rule waits for, stays where it is", async () => {
      const sent = alertDraft();
      await tell([sent]);
      for (const one of await takeDeliveries(work)) await work.finish(one, DELIVERED, NOON_MS);
      await ada.markAlert(sent.id, { snoozedUntil: later(NOON, 29 * 86_400) });
      await work.putRight(NOON_MS);
      expect(await takeDeliveries(work)).toEqual([]);
      expect(await takeDeliveries(work, NOON_MS + 29 * DAY_MS)).toHaveLength(1);
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

    test("a lease that was lost may have been used: the delivery counts as begun", async () => {
      await tell([alertDraft()]);
      expect(await takeDeliveries(work)).toMatchObject([{ firstAttemptAt: undefined }]);
      const lostMs = NOON_MS + LEASE_MS;
      const none = { limit: 10, perAccount: 0 };
      expect(await harness.second.alertWork.takeDeliveries(lostMs, LEASE_MS, none)).toEqual([]);
      await recorded(harness, TAG, reportOf(900, [transition(900, 0, "outside", "inside", 2)], 900));
      expect(await oneTask(work, lostMs)).toMatchObject({ untold: [] });
      const [again] = await takeDeliveries(work, lostMs + LEASE_MS);
      expect(again).toMatchObject({ attempts: 0, firstAttemptAt: lostMs });
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
  });
}

/** To whom deliveries go, and what ends them. */
export function describeAlertRecipientContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`${name}: deliveries that end or go elsewhere`, () => {
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

    const tell = (drafts: readonly AlertDraft[], nowMs?: number): Promise<void> =>
      tellIn(harness, drafts, nowMs);

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

    test("finders who write often hide nothing else", async () => {
      const found = () => alertDraft({ kind: "found", facts: { at: NOON } });
      await tell(Array.from({ length: 25 }, found));
      await tell([alertDraft()]);
      const told = (await takeDeliveries(work)).map(({ alert }) => alert.kind);
      expect(told.filter((kind) => kind === "left")).toHaveLength(1);
    });

    test("what was made while the clock was ahead is not much of a later minute", async () => {
      await tell(
        Array.from({ length: 25 }, () => alertDraft()),
        NOON_MS + DAY_MS,
      );
      const sent = alertDraft();
      await tell([sent], NOON_MS);
      expect((await takeDeliveries(work)).map(({ alert }) => alert.id)).toEqual([sent.id]);
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
