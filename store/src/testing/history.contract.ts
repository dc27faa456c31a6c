import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { OwnerView } from "../reading/owner-view.ts";
import {
  ADA,
  ALWAYS,
  fix,
  fixes,
  later,
  NOON,
  pageOf,
  receivedAt,
  reportOf,
  TAG,
  transition,
} from "./contract-values.ts";
import { deleteBefore } from "./delete-before.ts";
import { allLocations, claimed, recorded, storedNumbers, type StoreHarness } from "./store-harness.ts";

const DAY_S = 86_400;
/** The time of the fix of that number. */
const at = (number: number) => later(NOON, number * 60);

/** What an owner changes of what was stored. */
export function describeHistoryContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`${name}: a stretch that is erased`, () => {
    let harness: StoreHarness;
    let view: OwnerView;
    beforeEach(async () => {
      harness = await make();
      view = await claimed(harness, ADA, TAG);
    });
    afterEach(() => harness.close());

    const erase = (first: number, last: number) => view.eraseStretch(TAG, { from: at(first), to: at(last) });

    test("is gone, both ends included, and no report brings it back", async () => {
      await recorded(harness, TAG, fixes(1, 10));
      await recorded(harness, TAG, fixes(11, 20));
      await recorded(harness, TAG, fixes(21, 30));
      expect(await erase(5, 24)).toBe(20);
      const left = [1, 2, 3, 4, 25, 26, 27, 28, 29, 30];
      expect(await storedNumbers(view, TAG)).toEqual(left);
      expect(await recorded(harness, TAG, fixes(1, 30))).toMatchObject({ stored: 0, duplicates: 30 });
      await recorded(harness, TAG, fixes(31, 31));
      expect(await storedNumbers(view, TAG)).toEqual([...left, 31]);
      expect(await erase(5, 24)).toBe(0);
    });

    test("takes its events and leaves others", async () => {
      const entries = [
        fix(1),
        transition(2, 0, "inside", "outside", 1),
        fix(3),
        transition(4, 0, "outside", "inside", 1),
      ];
      await recorded(harness, TAG, reportOf(1, entries));
      await view.eraseStretch(TAG, { from: at(1), to: at(3) });
      expect(pageOf(await view.events(TAG, ALWAYS)).items.map(({ number }) => number)).toEqual([4]);
    });

    test("may end in the newest location: the one before it is the latest then, or none", async () => {
      await recorded(harness, TAG, fixes(1, 5));
      await recorded(harness, TAG, reportOf(6, [fix(6, later(NOON, DAY_S))]), receivedAt(later(NOON, DAY_S)));
      await view.eraseStretch(TAG, { from: at(5), to: later(NOON, 2 * DAY_S) });
      expect(await view.latest(TAG)).toMatchObject({ number: 4 });
      await view.eraseStretch(TAG, { from: at(0), to: at(4) });
      expect(await view.latest(TAG)).toBeUndefined();
      await recorded(harness, TAG, fixes(7, 7));
      expect(await view.latest(TAG)).toMatchObject({ number: 7 });
    });

    test("takes no report that comes meanwhile, in this process or another", async () => {
      await recorded(harness, TAG, fixes(1, 200));
      const erasing = erase(50, 150);
      const more = [];
      for (let first = 201; first <= 240; first += 10)
        more.push(
          (first % 20 === 1 ? harness.store : harness.second).reports.recordReport(
            TAG,
            fixes(first, first + 9),
            receivedAt(),
          ),
        );
      await Promise.all(more);
      expect(await erasing).toBe(101);
      const wanted = Array.from({ length: 240 }, (_, i) => i + 1).filter(
        (number) => number < 50 || number > 150,
      );
      expect(await storedNumbers(view, TAG)).toEqual(wanted);
    });

    test("is erased by two at once", async () => {
      await recorded(harness, TAG, fixes(1, 100));
      const other = harness.second.forOwner(ADA).eraseStretch(TAG, { from: at(40), to: at(80) });
      const counts = await Promise.all([erase(20, 60), other]);
      expect(counts.map(Number).reduce((sum, count) => sum + count)).toBe(61);
      expect(await storedNumbers(view, TAG)).toHaveLength(39);
    });

    test("takes the totals of its days with it, also of a day that it cuts, and no others", async () => {
      for (let day = 0; day < 3; day++)
        await recorded(
          harness,
          TAG,
          reportOf(day + 1, [fix(day + 1, later(NOON, day * DAY_S))]),
          receivedAt(later(NOON, day * DAY_S)),
        );
      const bounds = { minDays: 1, maxDays: 365, defaultDays: 90, formerDays: 365 };
      await view.chooseRetention({ days: 1, afterwards: "totals" }, bounds);
      await harness.store.retention.run({ asOf: later(NOON, 9 * DAY_S), bounds });
      await erase(10 - 1_440, 1_440);
      const left = await view.dayTotals(TAG, { ...ALWAYS, limit: 9 });
      expect(left).toMatchObject({ items: [{ at: later(NOON, 2 * DAY_S - DAY_S / 2) }] });
    });

    test("may be all time, and retention goes on after it", async () => {
      for (let day = 0; day < 3; day++)
        await recorded(
          harness,
          TAG,
          reportOf(day + 1, [fix(day + 1, later(NOON, day * DAY_S))]),
          receivedAt(later(NOON, day * DAY_S)),
        );
      expect(await view.eraseStretch(TAG, ALWAYS)).toBe(3);
      expect(await allLocations(view, TAG)).toEqual([]);
      expect(await deleteBefore(harness.store, later(NOON, 9 * DAY_S))).toBe(0);
      await recorded(harness, TAG, reportOf(4, [fix(4, later(NOON, DAY_S))]), receivedAt(later(NOON, DAY_S)));
      expect(await storedNumbers(view, TAG)).toEqual([4]);
    });
  });

  describe(`${name}: a fix that its owner judges`, () => {
    let harness: StoreHarness;
    let view: OwnerView;
    beforeEach(async () => {
      harness = await make();
      view = await claimed(harness, ADA, TAG);
      await recorded(harness, TAG, fixes(1, 5), { at: at(5), suspect: [undefined, "too-fast"] });
    });
    afterEach(() => harness.close());

    const doubts = async () => (await allLocations(view, TAG)).map(({ doubt }) => doubt);

    test("is doubted, stays in the list and is not the latest; and is believed again", async () => {
      expect(await view.setSuspect(TAG, at(5), true)).toMatchObject({ number: 5, doubt: "by-owner" });
      expect(await doubts()).toEqual([undefined, "too-fast", undefined, undefined, "by-owner"]);
      expect(await view.latest(TAG)).toMatchObject({ number: 4 });
      expect(await view.setSuspect(TAG, at(5), false)).toMatchObject({ doubt: undefined });
      expect(await view.latest(TAG)).toMatchObject({ number: 5, doubt: undefined });
    });

    test("is believed although the cloud did not, and keeps the cloud's reason when it is doubted too", async () => {
      expect(await view.setSuspect(TAG, at(2), true)).toMatchObject({ doubt: "too-fast" });
      await view.setSuspect(TAG, at(2), false);
      expect(await doubts()).toEqual([undefined, undefined, undefined, undefined, undefined]);
    });

    test("is not found when there is none at that time", async () => {
      expect(await view.setSuspect(TAG, later(at(5), 1), true)).toBe("not-found");
    });
  });
}
