import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { TagId } from "@purrimeter/protocol/values";
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
} from "./contract-values.ts";
import { MAX_ENTRIES_A_DAY } from "../recording/day-room.ts";
import type { OwnerView } from "../reading/owner-view.ts";
import { allLocations, claimed, recorded, type StoreHarness } from "./store-harness.ts";

/** Where a tag is and was. */
export function describeLocationContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`${name}: locations`, () => {
    let harness: StoreHarness;
    let view: OwnerView;
    beforeEach(async () => {
      harness = await make();
      view = await claimed(harness, ADA, TAG);
    });
    afterEach(() => harness.close());

    test("a location has all that the tag said, when it came, and no doubt", async () => {
      await recorded(harness, TAG, fixes(3, 3), receivedAt(later(NOON, 500)));
      const { at, latE7, lonE7, accuracyDm } = fix(3);
      const said = { at, latE7, lonE7, accuracyDm, speedCmS: undefined, courseDeg10: undefined };
      const expected = { epoch: 7, number: 3, ...said, receivedAt: NOON + 500, doubt: undefined };
      expect(await allLocations(view, TAG)).toEqual([expected]);
      expect(await view.latest(TAG)).toEqual(expected);
    });

    test("a location has the speed and the course, each when the tag said it", async () => {
      const moving = { ...fix(1), speedCmS: 8_512, courseDeg10: 3_599 };
      await recorded(harness, TAG, reportOf(1, [moving, { ...fix(2), speedCmS: 0 }, fix(3)]));
      const seen = await allLocations(view, TAG);
      expect(seen.map(({ speedCmS, courseDeg10 }) => [speedCmS, courseDeg10])).toEqual([
        [8_512, 3_599],
        [0, undefined],
        [undefined, undefined],
      ]);
    });

    test("a day that is full takes no more entries, and the next one does", async () => {
      const dense = (first: number) =>
        reportOf(
          first,
          Array.from({ length: 100 }, (_, i) => fix(first + i, NOON)),
        );
      for (let first = 1; first <= MAX_ENTRIES_A_DAY; first += 100)
        await recorded(harness, TAG, dense(first));
      const full = { stored: 0, overfull: 100, through: MAX_ENTRIES_A_DAY + 100 };
      expect(await recorded(harness, TAG, dense(MAX_ENTRIES_A_DAY + 1))).toMatchObject(full);
      const tomorrow = reportOf(MAX_ENTRIES_A_DAY + 101, [fix(MAX_ENTRIES_A_DAY + 101, later(NOON, 86_400))]);
      expect(await recorded(harness, TAG, tomorrow)).toMatchObject({ stored: 1 });
    });

    test("pages of every size read all once and in order, whatever order it came in", async () => {
      for (const [first, last] of [
        [31, 45],
        [1, 3],
        [20, 30],
        [4, 19],
      ] as const)
        await recorded(harness, TAG, fixes(first, last));
      const whole = await allLocations(view, TAG);
      expect(whole.map(({ number }) => number)).toEqual(Array.from({ length: 45 }, (_, i) => i + 1));
      for (const limit of [1, 2, 7, 44, 45, 46]) expect(await allLocations(view, TAG, limit)).toEqual(whole);
      const exact = pageOf(await view.locations(TAG, { ...ALWAYS, limit: 45 }));
      expect(exact.next).toBeUndefined();
    });

    test("equal times are told apart by epoch and number across pages", async () => {
      const same = [fix(1, NOON), fix(2, NOON), fix(3, NOON)];
      await recorded(harness, TAG, reportOf(1, same, 1, 9));
      await recorded(harness, TAG, reportOf(1, same, 1, 8));
      const order = (await allLocations(view, TAG, 1)).map(({ epoch, number }) => `${epoch}/${number}`);
      expect(order).toEqual(["8/1", "8/2", "8/3", "9/1", "9/2", "9/3"]);
    });

    test("times in a report that go back are served in order", async () => {
      const jumbled = [5, 1, 4, 2, 3].map((minute, i) => fix(i + 1, later(NOON, minute * 60)));
      await recorded(harness, TAG, reportOf(1, jumbled));
      await recorded(harness, TAG, reportOf(6, [fix(6, later(NOON, 150))]));
      const minutes = (await allLocations(view, TAG, 2)).map(({ at }) => (at - NOON) / 60);
      expect(minutes).toEqual([1, 2, 2.5, 3, 4, 5]);
    });

    test("from and to are both included, and days apart are found", async () => {
      for (let day = 0; day < 5; day++) {
        const at = later(NOON, day * 86_400);
        await recorded(harness, TAG, reportOf(1 + day, [fix(1 + day, at)]));
      }
      const between = { from: later(NOON, 86_400), to: later(NOON, 3 * 86_400), limit: 100 };
      expect(pageOf(await view.locations(TAG, between)).items.map(({ number }) => number)).toEqual([2, 3, 4]);
      const open = { from: later(NOON, 86_401), to: later(NOON, 3 * 86_400 - 1), limit: 100 };
      expect(pageOf(await view.locations(TAG, open)).items.map(({ number }) => number)).toEqual([3]);
      expect(await view.locations(TAG, { ...open, to: open.from })).toEqual({ items: [], next: undefined });
    });

    test("the latest is the newest by the time of the fix, not by arrival, and survives a restart", async () => {
      expect(await view.latest(TAG)).toBeUndefined();
      await recorded(harness, TAG, fixes(10, 12));
      await recorded(harness, TAG, fixes(1, 5));
      expect(await view.latest(TAG)).toMatchObject({ number: 12 });
      expect(await harness.second.forOwner(ADA).latest(TAG)).toMatchObject({ number: 12 });
    });

    test("a fix of a time that is yet to come does not hide those after it", async () => {
      await recorded(harness, TAG, reportOf(1, [fix(1, later(NOON, 290))]), receivedAt(NOON));
      await recorded(harness, TAG, reportOf(2, [fix(2, later(NOON, 60))]), receivedAt(later(NOON, 61)));
      expect(await view.latest(TAG)).toMatchObject({ number: 2 });
      await recorded(harness, TAG, reportOf(3, [fix(3, later(NOON, 30))]), receivedAt(later(NOON, 300)));
      expect(await view.latest(TAG)).toMatchObject({ number: 2 });
    });

    test("suspects are kept and marked, and never the latest", async () => {
      const future = fix(3, later(NOON, 10 * 86_400));
      const entries = [fix(1), fix(2), future, fix(4)];
      const suspect = [undefined, "too-fast", "future", undefined] as const;
      await recorded(harness, TAG, reportOf(1, entries), { at: NOON, suspect });
      const found = (await allLocations(view, TAG)).map(({ number, doubt }) => [number, doubt]);
      expect(found).toEqual([
        [1, undefined],
        [2, "too-fast"],
        [4, undefined],
        [3, "future"],
      ]);
      expect(await view.latest(TAG)).toMatchObject({ number: 4 });
      await recorded(harness, TAG, reportOf(5, [fix(5)]), { at: NOON, suspect: ["null-island"] });
      expect(await view.latest(TAG)).toMatchObject({ number: 4 });
    });

    test("edges of the world and of time come back as they were", async () => {
      const edges = [
        { ...fix(1), latE7: 900_000_000, lonE7: -1_800_000_000, accuracyDm: 65_535 },
        { ...fix(2), latE7: -900_000_000, lonE7: 1_799_999_999, accuracyDm: 1 },
        { ...fix(3), latE7: 0, lonE7: 0 },
        { ...fix(4), at: 4_294_967_295 },
      ] as ReturnType<typeof fix>[];
      await recorded(harness, TAG, reportOf(4_294_967_000, edges, 4_294_967_000, 4_294_967_295));
      const found = (await allLocations(view, TAG)).map(({ at, latE7, lonE7, accuracyDm }) => ({
        kind: "fix",
        at,
        latE7,
        lonE7,
        accuracyDm,
      }));
      expect(found).toEqual(edges);
    });

    test("a missing and a foreign tag give the same answer", async () => {
      const { second } = harness;
      const bob = second.forOwner("bob" as never);
      for (const [owner, tag] of [
        [bob, TAG],
        [view, "tag-0" as TagId],
      ] as const) {
        expect(await owner.locations(tag, ALWAYS)).toBe("not-found");
        expect(await owner.latest(tag)).toBe("not-found");
        expect(await owner.events(tag, ALWAYS)).toBe("not-found");
        expect(await owner.tag(tag)).toBe("not-found");
        expect(await owner.renameTag(tag, "x")).toBe("not-found");
        expect(await owner.eraseTag(tag)).toBe("not-found");
      }
    });
  });
}
