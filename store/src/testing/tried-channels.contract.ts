import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AlertDraft, AlertWork } from "../alerts/alert-work.ts";
import type { OwnerView } from "../reading/owner-view.ts";
import { DELIVERED, retryAt, tellIn } from "./alert-deliveries.contract.ts";
import {
  alertDraft,
  concludeAll,
  LEASE_MS,
  NOON_MS,
  provedChannel,
  takeDeliveries,
  WEBHOOK,
} from "./alert-values.ts";
import { ADA, NOON, TAG } from "./contract-values.ts";
import { claimed, type StoreHarness } from "./store-harness.ts";

const DAY_MS = 86_400_000;

/** What attempts make of channels, and what their owner learns of it. */
export function describeTriedChannelContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`${name}: channels after attempts`, () => {
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

    test("an endpoint that is gone is given up with what waits for it", async () => {
      const webhook = await provedChannel(harness.store, ada, WEBHOOK);
      await tell([alertDraft({ channels: [webhook.id] }), alertDraft({ channels: [webhook.id] })]);
      const [first] = await work.takeDeliveries(NOON_MS, LEASE_MS, { limit: 1, perAccount: 1 });
      if (first === undefined) throw new Error("none");
      await work.finish(first, { kind: "gone", error: "gone", tls: "TLSv1.3" }, NOON_MS);
      const lastAttempt = { at: NOON_MS, error: "gone", tls: "TLSv1.3" };
      expect(await ada.alertChannels()).toMatchObject([{ state: "gone", lastAttempt }]);
      const told = await takeDeliveries(work, NOON_MS + DAY_MS);
      expect(told, "its owner is told another way").toMatchObject([
        { channel: "mail", alert: { kind: "channel-gone", facts: { name: "my server" } } },
      ]);
    });

    test("an endpoint that is gone before it was proved is told of in the channel alone", async () => {
      await ada.addAlertChannel(WEBHOOK);
      const [proof] = await takeDeliveries(work);
      await work.finish(proof!, { kind: "gone", error: "gone", tls: undefined }, NOON_MS);
      expect(await ada.alertChannels()).toMatchObject([{ state: "gone", lastAttempt: { error: "gone" } }]);
      expect(await takeDeliveries(work, NOON_MS + DAY_MS)).toEqual([]);
    });

    test("a channel has how its last attempt went, and no error once one was taken", async () => {
      const webhook = await provedChannel(harness.store, ada, WEBHOOK);
      await tell([alertDraft({ channels: [webhook.id] })]);
      const [first] = await takeDeliveries(work);
      await work.finish(first!, { ...retryAt(NOON_MS + 5_000), tls: "TLSv1.2" }, NOON_MS + 10);
      const failed = { at: NOON_MS + 10, error: "no answer", tls: "TLSv1.2" };
      expect(await ada.alertChannels()).toMatchObject([{ lastAttempt: failed }]);
      const [again] = await takeDeliveries(work, NOON_MS + 5_000);
      await work.finish(again!, DELIVERED, NOON_MS + 5_010);
      const taken = { at: NOON_MS + 5_010, error: undefined, tls: "TLSv1.3" };
      expect((await ada.alertChannels())[0]?.lastAttempt).toEqual(taken);
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
  });
}
