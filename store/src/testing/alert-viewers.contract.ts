import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AlertDraft, AlertWork } from "../alerts/alert-work.ts";
import type { OwnerView } from "../reading/owner-view.ts";
import type { ViewerView } from "../reading/viewer-view.ts";
import { tellIn } from "./alert-deliveries.contract.ts";
import { alertDraft, concludeAll, letBeAlerted, takeDeliveries } from "./alert-values.ts";
import { ADA, BOB, fix, later, NOON, TAG } from "./contract-values.ts";
import { claimed, type StoreHarness } from "./store-harness.ts";

/** What viewers are not told, whatever the owner's rule says. */
export function describeAlertViewerContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`${name}: alerts of viewers`, () => {
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

    const tell = (drafts: readonly AlertDraft[]): Promise<void> => tellIn(harness, drafts);

    test("no channel of a viewer is given where the tag was heard last", async () => {
      await letBeAlerted(ada, bob, TAG);
      await concludeAll(work);
      const { latE7, lonE7, accuracyDm } = fix(1);
      const place = { latE7, lonE7, accuracyDm };
      await tell([alertDraft({ kind: "silent", facts: { at: NOON, place }, toViewers: true })]);
      const places = (await takeDeliveries(work)).map(({ account, alert }) => [account, alert.facts.place]);
      expect(new Map(places as [string, unknown][])).toEqual(
        new Map([
          [ADA, place],
          [BOB, undefined],
        ]),
      );
    });

    test("a viewer is not told of what happened before the share began", async () => {
      await letBeAlerted(ada, bob, TAG);
      await concludeAll(work);
      const before = { at: later(NOON, -60), tagName: "Schnurrli" };
      await tell([alertDraft({ facts: before, toViewers: true })]);
      expect((await takeDeliveries(work)).map(({ account }) => account)).toEqual([ADA]);
    });

    test("what its owner muted is told to viewers alone, and what a viewer muted to all but that viewer", async () => {
      await letBeAlerted(ada, bob, TAG);
      await concludeAll(work);
      await ada.muteTag(TAG, "for-ever");
      await tell([alertDraft({ toOwner: false, toViewers: true })]);
      expect((await takeDeliveries(work)).map(({ account }) => account)).toEqual([BOB]);
      expect((await ada.alerts({ limit: 9 })).items).toEqual([]);
      await ada.muteTag(TAG, undefined);
      await harness.store.forOwner(BOB).muteTag(TAG, "for-ever");
      await tell([alertDraft({ toViewers: true })]);
      expect((await takeDeliveries(work)).map(({ account }) => account)).toEqual([ADA]);
      expect((await harness.store.forOwner(BOB).alerts({ limit: 9 })).items).toHaveLength(1);
    });

    test.each(["shared", "found"] as const)(
      "%s is told to no viewer, whatever the rule says",
      async (kind) => {
        await letBeAlerted(ada, bob, TAG);
        await concludeAll(work);
        await tell([alertDraft({ kind, facts: { at: NOON, name: "Grandma" }, toViewers: true })]);
        expect((await takeDeliveries(work)).map(({ account }) => account)).toEqual([ADA]);
      },
    );
  });
}
