import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type AlertId } from "../alerts/alert.ts";
import type { AlertWork } from "../alerts/alert-work.ts";
import type { OwnerView } from "../reading/owner-view.ts";
import {
  alertDraft,
  concludeAll,
  conclusion,
  letBeAlerted,
  NOON_MS,
  oneTask,
  takeDeliveries,
} from "./alert-values.ts";
import { ADA, BOB, later, NOON, reportOf, TAG, transition } from "./contract-values.ts";
import { claimed, recorded, type StoreHarness } from "./store-harness.ts";

const DELIVERED = { kind: "delivered", atMs: NOON_MS, tls: undefined } as const;

/** What accounts read of alerts, and what they say to each, whatever engine keeps the rows. */
export function describeReadAlertsContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`${name}: reading alerts`, () => {
    let harness: StoreHarness;
    let ada: OwnerView;
    let work: AlertWork;
    beforeEach(async () => {
      harness = await make();
      ada = await claimed(harness, ADA, TAG, "Schnurrli");
      work = harness.second.alertWork;
      await concludeAll(work);
    });
    afterEach(() => harness.close());

    /** Has so many alerts told, oldest first. */
    async function tell(count: number): Promise<AlertId[]> {
      await recorded(harness, TAG, reportOf(1, [transition(1, 0, "inside", "outside", 2)]));
      const drafts = Array.from({ length: count }, () => alertDraft());
      await work.conclude(await oneTask(work), conclusion(drafts), NOON_MS);
      return drafts.map(({ id }) => id);
    }

    const idsOf = (page: { readonly items: readonly { readonly id: AlertId }[] }) =>
      page.items.map(({ id }) => id);

    test("pages go backwards from the newest, or on from where one was", async () => {
      const ids = await tell(5);
      const first = await ada.alerts({ limit: 2 });
      expect([idsOf(first), first.hasMore, first.unread]).toEqual([[ids[4], ids[3]], true, 5]);
      const before = first.items[1]?.sequence;
      const second = await ada.alerts({ limit: 3, before });
      expect([idsOf(second), second.hasMore]).toEqual([[ids[2], ids[1], ids[0]], false]);
      const after = second.items[2]?.sequence ?? 0;
      expect(idsOf(await ada.alerts({ limit: 2, after }))).toEqual([ids[1], ids[2]]);
      expect(idsOf(await ada.alerts({ limit: 9, tag: TAG }))).toHaveLength(5);
      expect(idsOf(await ada.alerts({ limit: 9, tag: "other" as never }))).toEqual([]);
      expect(first.items[0]).toMatchObject({
        kind: "left",
        tag: TAG,
        facts: { tagName: "Schnurrli" },
        createdAt: NOON,
      });
    });

    test("what was read is not unread, and can be again", async () => {
      const ids = await tell(3);
      expect(await ada.markAlert(ids[1] as AlertId, { isRead: true })).toMatchObject({ readAt: NOON });
      const unread = await ada.alerts({ limit: 9, onlyUnread: true });
      expect([idsOf(unread), unread.unread]).toEqual([[ids[2], ids[0]], 2]);
      expect(await ada.markAlert(ids[1] as AlertId, { isRead: false })).toMatchObject({ readAt: undefined });
      await ada.markAllRead(unread.items[1]?.sequence ?? 0);
      expect((await ada.alerts({ limit: 9 })).unread).toBe(2);
    });

    test("an acknowledged alert is read, and told no more", async () => {
      const [id] = (await tell(1)) as [AlertId];
      expect(await ada.markAlert(id, { isAcknowledged: true })).toMatchObject({
        ...{ acknowledgedAt: NOON, readAt: NOON, deliveries: [{ state: "dropped" }] },
      });
      expect(await takeDeliveries(work)).toEqual([]);
      expect(await ada.markAlert(id, { snoozedUntil: later(NOON, 60) })).toMatchObject({
        snoozedUntil: undefined,
      });
    });

    test("a snoozed alert is told again at its time, as another message, unless it is acknowledged", async () => {
      const [id] = (await tell(1)) as [AlertId];
      const [first] = await takeDeliveries(work);
      if (first === undefined) throw new Error("none");
      await work.finish(first, DELIVERED, NOON_MS);
      for (const minutes of [10, 20]) {
        const snoozedUntil = later(NOON, minutes * 60);
        expect(await ada.markAlert(id, { snoozedUntil })).toMatchObject({ snoozedUntil });
      }
      expect(await takeDeliveries(work, NOON_MS + 1_199_999)).toEqual([]);
      const [again, ...others] = await takeDeliveries(work, NOON_MS + 1_200_000);
      expect([again?.alert.id, again?.id === first.id, others]).toEqual([id, false, []]);
      if (again !== undefined) await work.finish(again, DELIVERED, NOON_MS);
      await ada.markAlert(id, { snoozedUntil: later(NOON, 3_600) });
      await ada.markAlert(id, { isAcknowledged: true });
      expect(await takeDeliveries(work, NOON_MS + 3_600_000)).toEqual([]);
    });

    test("a tag is muted by each account for itself, until a time or for ever", async () => {
      await letBeAlerted(ada, harness.store.forViewer(BOB), TAG);
      await concludeAll(work);
      const bob = harness.store.forOwner(BOB);
      expect(await bob.muteTag(TAG, "for-ever")).toBe("muted");
      expect([await bob.mutedUntil(TAG), await ada.mutedUntil(TAG)]).toEqual(["for-ever", undefined]);
      await ada.muteTag(TAG, later(NOON, 60));
      expect(await ada.mutedUntil(TAG)).toBe(NOON + 60);
      harness.clock.now = later(NOON, 60);
      expect(await ada.mutedUntil(TAG)).toBeUndefined();
      await bob.muteTag(TAG, undefined);
      expect(await bob.mutedUntil(TAG)).toBeUndefined();
    });

    test("alerts are kept as long as locations, and no longer than 90 days", async () => {
      const [id] = (await tell(1)) as [AlertId];
      const bounds = { minDays: 1, maxDays: 365, defaultDays: 365, formerDays: 365 };
      const run = (days: number) => harness.store.retention.run({ asOf: later(NOON, days * 86_400), bounds });
      await run(90);
      expect(await ada.alert(id)).toMatchObject({ id });
      await run(91);
      expect(await ada.alert(id)).toBe("not-found");
      expect(await work.waiting()).toEqual({ tasks: 0, deliveries: 0 });
    });

    test("a viewer's alerts are kept no longer than the tag's owner wants", async () => {
      const bounds = { minDays: 1, maxDays: 365, defaultDays: 365, formerDays: 365 };
      await letBeAlerted(ada, harness.store.forViewer(BOB), TAG);
      await concludeAll(work);
      await recorded(harness, TAG, reportOf(1, [transition(1, 0, "inside", "outside", 2)]));
      await work.conclude(await oneTask(work), conclusion([alertDraft({ toViewers: true })]), NOON_MS);
      const bob = harness.store.forOwner(BOB);
      expect((await bob.alerts({ limit: 9 })).items).toHaveLength(1);
      await ada.chooseRetention({ days: 3 }, bounds);
      await harness.store.retention.run({ asOf: later(NOON, 4 * 86_400), bounds });
      expect((await bob.alerts({ limit: 9 })).items).toEqual([]);
    });
  });
}
