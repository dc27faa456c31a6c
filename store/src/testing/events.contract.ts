import type { LastKnown, Side, UnixSeconds } from "@purrimeter/protocol/values";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  ADA,
  ALWAYS,
  draft,
  fix,
  later,
  NOON,
  pageOf,
  reportOf,
  TAG,
  transition,
} from "./contract-values.ts";
import type { EntryPosition } from "../reading/location.ts";
import type { Geofence } from "../geofences/geofence.ts";
import type { GeofenceEvent } from "../reading/geofence-event.ts";
import type { OwnerView } from "../reading/owner-view.ts";
import type { Page } from "../reading/page.ts";
import { claimed, recorded, type StoreHarness } from "./store-harness.ts";

/** When a tag changed sides. */
export function describeEventContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`${name}: events`, () => {
    let harness: StoreHarness;
    let view: OwnerView;
    let garden: Geofence;
    let ref: number;
    let version: number;
    beforeEach(async () => {
      harness = await make();
      view = await claimed(harness, ADA, TAG);
      const outcome = await view.createGeofence(draft("garden", [TAG]));
      if (outcome.kind === "refused") throw new Error(outcome.reason);
      garden = outcome.geofence;
      const settings = await harness.store.reports.wantedSettings(TAG);
      ref = settings?.geofences[0]?.ref ?? -1;
      version = settings?.version ?? -1;
    });
    afterEach(() => harness.close());

    test("a transition is told with its geofence, sides and times, once", async () => {
      const report = reportOf(1, [fix(1), transition(2, ref, "inside", "outside", version)]);
      await recorded(harness, TAG, report, { at: later(NOON, 300), suspect: undefined });
      await recorded(harness, TAG, report);
      const geofence = { id: garden.id, name: "garden" };
      const sides = { from: "inside", to: "outside", lastKnown: "inside" };
      const event = { at: NOON + 121, epoch: 7, number: 2, geofence, ...sides, recordedAt: NOON + 300 };
      expect(await view.events(TAG, ALWAYS)).toEqual({ items: [event], next: undefined });
    });

    test("pages read all events once and in order", async () => {
      for (let number = 20; number >= 1; number--)
        await recorded(
          harness,
          TAG,
          reportOf(number, [transition(number, ref, "unknown", "inside", version)]),
        );
      const numbers: number[] = [];
      let after: EntryPosition | undefined;
      do {
        const page: Page<GeofenceEvent, EntryPosition> = pageOf(
          await view.events(TAG, { ...ALWAYS, limit: 7, after }),
        );
        numbers.push(...page.items.map(({ number }) => number));
        after = page.next;
      } while (after !== undefined);
      expect(numbers).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
      const some = { from: later(NOON, 5 * 60), to: later(NOON, 8 * 60 + 1), limit: 10 };
      expect(pageOf(await view.events(TAG, some)).items.map(({ number }) => number)).toEqual([5, 6, 7, 8]);
    });

    test("a renamed geofence shows its name, a deleted one keeps it, an unknown one has none", async () => {
      await recorded(harness, TAG, reportOf(1, [transition(1, ref, "inside", "outside", version)]));
      await view.replaceGeofence(garden.id, draft("back garden", [TAG]), undefined);
      expect(pageOf(await view.events(TAG, ALWAYS)).items[0]?.geofence?.name).toBe("back garden");
      await view.deleteGeofence(garden.id, undefined);
      await recorded(harness, TAG, reportOf(2, [transition(2, ref, "outside", "inside", version)]));
      await recorded(harness, TAG, reportOf(3, [transition(3, 200, "outside", "inside", version)]));
      const names = pageOf(await view.events(TAG, ALWAYS)).items.map(({ geofence }) => geofence?.name);
      expect(names).toEqual(["back garden", "back garden", undefined]);
    });

    describe("a transition that is doubted", () => {
      let items: readonly GeofenceEvent[];
      beforeEach(async () => {
        const sure = transition(2, ref, "inside", "outside", version);
        const early = { ...transition(3, ref, "outside", "inside", version), at: 0 as UnixSeconds };
        const late = { ...transition(4, ref, "inside", "outside", version), at: later(NOON, 31_536_000) };
        const suspect = [undefined, undefined, "too-old", "future"] as const;
        await recorded(harness, TAG, reportOf(1, [fix(1), sure, early, late]), { at: NOON, suspect });
        items = pageOf(await view.events(TAG, ALWAYS)).items;
      });

      // As a location's: its time is not believed, and nobody is alerted.
      test("is marked", () => {
        expect(items.map(({ number, doubt }) => [number, doubt])).toEqual([
          [3, "too-old"],
          [2, undefined],
          [4, "future"],
        ]);
      });
    });

    describe("the last known side", () => {
      const entry = (number: number, from: Side, to: Side, lastKnown?: LastKnown) => ({
        ...transition(number, ref, from, to, version),
        ...(lastKnown !== undefined && { lastKnown }),
      });
      const known = async (): Promise<unknown[]> =>
        pageOf(await view.events(TAG, ALWAYS)).items.map(({ lastKnown }) => lastKnown);

      test("is what the tag says, also when it says that it knows none", async () => {
        await recorded(harness, TAG, reportOf(1, [entry(1, "unknown", "inside", null)]));
        const entries = [
          entry(2, "inside", "unknown", "inside"),
          entry(3, "unknown", "outside", "inside"),
          entry(4, "unknown", "outside", null),
        ];
        await recorded(harness, TAG, reportOf(2, entries));
        expect(await known()).toEqual([null, "inside", "inside", null]);
      });

      test("of a tag that does not say it is that of its earlier transition of the same geofence", async () => {
        await view.createGeofence(draft("yard", [TAG]));
        const other = (await harness.store.reports.wantedSettings(TAG))?.geofences.at(-1)?.ref ?? -1;
        await recorded(harness, TAG, reportOf(1, [entry(1, "unknown", "inside")]));
        const elsewhere = transition(2, other, "unknown", "outside", version + 1);
        await recorded(harness, TAG, reportOf(2, [elsewhere, entry(3, "unknown", "unknown")]));
        await recorded(
          harness,
          TAG,
          reportOf(4, [entry(4, "unknown", "outside"), entry(5, "unknown", "inside")]),
        );
        expect(await known()).toEqual([null, null, "inside", "inside", "outside"]);
      });

      test("of a geofence that the cloud does not know is not known", async () => {
        const stray = (number: number) => transition(number, 200, "unknown", "inside", version);
        await recorded(harness, TAG, reportOf(1, [stray(1), stray(2)]));
        expect(await known()).toEqual([null, null]);
      });
    });

    test("a number of a geofence that was given again names the one of that version", async () => {
      for (let i = 0; i < 256; i++) {
        // Leaving and joining again takes the next number; after 256 the first comes round.
        await view.replaceGeofence(garden.id, draft("garden", []), undefined);
        if (i === 255) break;
        await view.replaceGeofence(garden.id, draft("garden", [TAG]), undefined);
      }
      await view.createGeofence(draft("yard", [TAG]));
      const settings = await harness.store.reports.wantedSettings(TAG);
      expect(settings?.geofences.map((geofence) => geofence.ref)).toEqual([ref]);
      const now = settings?.version ?? 0;
      const entries = [
        transition(1, ref, "inside", "outside", version),
        transition(2, ref, "inside", "outside", now),
      ];
      await recorded(harness, TAG, reportOf(1, entries));
      const names = pageOf(await view.events(TAG, ALWAYS)).items.map(({ geofence }) => geofence?.name);
      expect(names).toEqual(["garden", "yard"]);
    });
  });
}
