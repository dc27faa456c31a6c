import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { OwnerId } from "../reading/owner-id.ts";
import type { OwnerView } from "../reading/owner-view.ts";
import type { Afterwards } from "../retention/retention-choice.ts";
import { ADA, ALWAYS, BOB, draft, fix, later, NOON, OTHER_TAG, pageOf } from "./contract-values.ts";
import { receivedAt, reportOf, TAG, transition } from "./contract-values.ts";
import { claimed, recorded, storedNumbers, type StoreHarness } from "./store-harness.ts";

const DAY_S = 86_400;
const BOUNDS = { minDays: 1, maxDays: 30, defaultDays: 10, formerDays: 30 };

/** Each owner's days go when the owner wants it, and leave what the owner wants. */
export function describeRetentionChoiceContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`${name}: retention by owner`, () => {
    let harness: StoreHarness;
    beforeEach(async () => {
      harness = await make();
    });
    afterEach(() => harness.close());

    /** Runs so many days after NOON; the number of pieces deleted. */
    async function run(day: number, bounds = BOUNDS): Promise<number> {
      const { deleted, faults } = await harness.store.retention.run({
        asOf: later(NOON, day * DAY_S),
        bounds,
      });
      expect(faults).toEqual([]);
      harness.store.clock.keepRetentionTime(later(NOON, day * DAY_S));
      return deleted;
    }

    /** A tag with a geofence, that left it at noon of day 0 and came back an hour later, 300 m on the way; a fix on day 1. */
    async function cat(owner: OwnerId, tag: TagId): Promise<OwnerView> {
      const view = await claimed(harness, owner, tag);
      await view.createGeofence(draft("home", [tag]));
      const own = await view.tag(tag);
      const version = own === "not-found" ? 0 : own.settings.wanted;
      const place = fix(1, NOON);
      const day0 = [
        place,
        { ...transition(1, 0, "inside", "outside", version), at: later(NOON, 1) },
        { ...place, at: later(NOON, 60), latE7: (place.latE7 + 26_980) as never },
        { ...transition(1, 0, "outside", "inside", version), at: later(NOON, 3_601) },
      ];
      await recorded(harness, tag, reportOf(1, day0));
      await recorded(harness, tag, reportOf(5, [fix(5, later(NOON, DAY_S))]), receivedAt(later(NOON, DAY_S)));
      return view;
    }

    const totalsOf = async (view: OwnerView, tag = TAG) => pageOf(await view.dayTotals(tag, ALWAYS)).items;
    const choose = (view: OwnerView, days: number, afterwards: Afterwards = "delete") =>
      view.chooseRetention({ days, afterwards }, BOUNDS);
    const MIDNIGHT = (Math.floor(NOON / DAY_S) * DAY_S) as UnixSeconds;
    const DAY_0 = { at: MIDNIGHT, totals: { outsideS: 3_600, distanceM: 300, exits: 1 } };
    const DAY_1 = { at: later(MIDNIGHT, DAY_S), totals: { outsideS: 0, distanceM: 0, exits: 0 } };

    test("each owner's days are kept as long as that owner wants", async () => {
      const [ada, bob] = [await cat(ADA, TAG), await cat(BOB, OTHER_TAG)];
      await choose(ada, 3);
      expect(await ada.retention(BOUNDS)).toEqual({ days: 3, afterwards: "delete" });
      expect(await bob.retention(BOUNDS)).toEqual({ days: 10, afterwards: "delete" });
      expect(await run(4)).toBe(1);
      expect([await storedNumbers(ada, TAG), await storedNumbers(bob, OTHER_TAG)]).toEqual([[5], [1, 3, 5]]);
      expect(pageOf(await ada.events(TAG, ALWAYS)).items).toEqual([]);
      expect(pageOf(await bob.events(OTHER_TAG, ALWAYS)).items).toHaveLength(2);
      expect(await run(11)).toBe(2);
      expect([await storedNumbers(ada, TAG), await storedNumbers(bob, OTHER_TAG)]).toEqual([[], [5]]);
      expect(await totalsOf(ada)).toEqual([]);
    });

    test("what is left out of a change stays, and the operator's bounds hold", async () => {
      const ada = await cat(ADA, TAG);
      await ada.chooseRetention({ afterwards: "totals" }, BOUNDS);
      expect(await ada.retention(BOUNDS)).toEqual({ days: 10, afterwards: "totals" });
      await ada.chooseRetention({ days: 25 }, BOUNDS);
      expect(await ada.retention(BOUNDS)).toEqual({ days: 25, afterwards: "totals" });
      expect(await ada.retention({ ...BOUNDS, maxDays: 20 })).toEqual({ days: 20, afterwards: "totals" });
      expect(await ada.retention({ ...BOUNDS, minDays: 28 })).toEqual({ days: 28, afterwards: "totals" });
      expect(await run(21, { ...BOUNDS, maxDays: 20 })).toBe(1);
    });

    test("totals of a deleted day are its owner's, in pages, and of nobody else", async () => {
      const [ada, bob] = [await cat(ADA, TAG), await cat(BOB, OTHER_TAG)];
      await choose(ada, 3, "totals");
      await run(3);
      expect(await totalsOf(ada)).toEqual([]);
      await run(5);
      expect(await totalsOf(ada)).toEqual([DAY_0, DAY_1]);
      expect(await storedNumbers(ada, TAG)).toEqual([]);
      expect([await totalsOf(bob, OTHER_TAG), await bob.dayTotals(TAG, ALWAYS)]).toEqual([[], "not-found"]);
      const first = pageOf(await ada.dayTotals(TAG, { ...ALWAYS, limit: 1 }));
      expect(first).toEqual({ items: [DAY_0], next: { at: DAY_0.at, epoch: 0, number: 0 } });
      const second = pageOf(await ada.dayTotals(TAG, { ...ALWAYS, limit: 1, after: first.next }));
      expect(second).toEqual({ items: [DAY_1], next: undefined });
      const range = { from: later(DAY_0.at, 1), to: DAY_1.at, limit: 9 };
      expect(pageOf(await ada.dayTotals(TAG, range)).items).toEqual([DAY_1]);
    });

    test("a day is counted once: later runs and what comes late change nothing", async () => {
      const ada = await cat(ADA, TAG);
      await choose(ada, 3, "totals");
      await run(4);
      await run(4);
      await recorded(
        harness,
        TAG,
        reportOf(9, [fix(9, later(NOON, 7_200))]),
        receivedAt(later(NOON, 4 * DAY_S)),
      );
      expect(await run(4)).toBe(1);
      expect(await totalsOf(ada)).toEqual([DAY_0]);
      await run(5);
      expect(await totalsOf(ada)).toEqual([DAY_0, DAY_1]);
    });

    test("doubted entries are in no total", async () => {
      const ada = await claimed(harness, ADA, TAG);
      await recorded(harness, TAG, reportOf(1, [fix(1), fix(99, NOON)]), {
        at: NOON,
        suspect: ["too-fast", "too-fast"],
      });
      await choose(ada, 3, "totals");
      await run(9);
      expect([await totalsOf(ada), await storedNumbers(ada, TAG)]).toEqual([[], []]);
    });

    test("totals go with the choice, with the tag and with the account", async () => {
      const [ada, bob] = [await cat(ADA, TAG), await cat(BOB, OTHER_TAG)];
      for (const view of [ada, bob]) await choose(view, 3, "totals");
      await run(5);
      await choose(ada, 3, "delete");
      await run(5);
      expect([await totalsOf(ada), (await totalsOf(bob, OTHER_TAG)).length]).toEqual([[], 2]);
      await bob.eraseTag(OTHER_TAG);
      const again = await claimed(harness, BOB, OTHER_TAG);
      expect(await totalsOf(again, OTHER_TAG)).toEqual([]);
      await again.eraseOwner();
      expect(await again.retention(BOUNDS)).toEqual({ days: 10, afterwards: "delete" });
    });

    test("a day of the installation is shown when 20 tags contributed and no more can come", async () => {
      const ids = Array.from({ length: 20 }, (_, i) => `many-${i}` as TagId);
      const views = [];
      for (const id of ids) views.push(await cat(`owner-${id}` as OwnerId, id));
      for (const view of views.slice(1)) await choose(view, 3, "anonymise");
      await choose(views[0] as OwnerView, 20, "anonymise");
      for (const day of [4, 4, 5]) await run(day);
      expect(await harness.store.retention.anonymousDays(BOUNDS)).toEqual([]);
      await run(21);
      expect(await harness.store.retention.anonymousDays(BOUNDS)).toEqual([]);
      await run(31);
      const sums = { tags: 20, outsideS: 20 * 3_600, distanceM: 20 * 300, exits: 20 };
      expect(await harness.store.retention.anonymousDays(BOUNDS)).toEqual([{ at: MIDNIGHT, ...sums }]);
      expect(await storedNumbers(views[0] as OwnerView, ids[0] as TagId)).toEqual([]);
      expect(await totalsOf(views[1] as OwnerView, ids[1] as TagId)).toEqual([]);
    });

    test("a day of 19 tags is deleted, and comes back with no other bounds", async () => {
      for (let i = 0; i < 19; i++)
        await choose(await cat(`o-${i}` as OwnerId, `t-${i}` as TagId), 3, "anonymise");
      await run(40);
      expect(await harness.store.retention.anonymousDays(BOUNDS)).toEqual([]);
      expect(await harness.store.retention.anonymousDays({ ...BOUNDS, maxDays: 1 })).toEqual([]);
    });

    test("days on which a tag changed hands count for one owner", async () => {
      for (let i = 0; i < 19; i++)
        await choose(await cat(`o-${i}` as OwnerId, `t-${i}` as TagId), 3, "anonymise");
      harness.clock.now = later(NOON, 7_200);
      const bob = await claimed(harness, BOB, "t-0" as TagId);
      await bob.createGeofence(draft("home", ["t-0" as TagId]));
      const own = await bob.tag("t-0" as TagId);
      const version = own === "not-found" ? 0 : own.settings.wanted;
      const left = { ...transition(1, 0, "inside", "outside", version), at: later(NOON, 7_500) };
      await recorded(harness, "t-0" as TagId, reportOf(7, [left]), receivedAt(later(NOON, 7_600)));
      await choose(bob, 3, "anonymise");
      await run(40);
      expect(await harness.store.retention.anonymousDays(BOUNDS)).toEqual([]);
    });
  });
}
