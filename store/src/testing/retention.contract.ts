import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  ADA,
  ALWAYS,
  draft,
  fix,
  later,
  NOON,
  pageOf,
  receivedAt,
  reportOf,
  TAG,
  transition,
} from "./contract-values.ts";
import type { OwnerView } from "../reading/owner-view.ts";
import { deleteBefore } from "./delete-before.ts";
import { claimed, recorded, storedNumbers, type StoreHarness } from "./store-harness.ts";

const DAY_S = 86_400;

/** What is old goes. */
export function describeRetentionContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`${name}: retention`, () => {
    let harness: StoreHarness;
    let view: OwnerView;
    beforeEach(async () => {
      harness = await make();
      view = await claimed(harness, ADA, TAG);
    });
    afterEach(() => harness.close());

    test("whole days before the limit go, the rest stays and goes on", async () => {
      for (let day = 0; day < 4; day++) {
        const at = later(NOON, day * DAY_S);
        const entries = [
          fix(2 * day + 1, at),
          { ...transition(1, 0, "inside", "outside", 1), at: later(at, 1) },
        ];
        await recorded(harness, TAG, reportOf(2 * day + 1, entries), receivedAt(at));
      }
      expect(await deleteBefore(harness.store, later(NOON, 2 * DAY_S))).toBe(2);
      expect(await storedNumbers(view, TAG)).toEqual([5, 7]);
      expect(pageOf(await view.events(TAG, ALWAYS)).items.map(({ number }) => number)).toEqual([6, 8]);
      expect(await recorded(harness, TAG, reportOf(7, [fix(7), fix(8), fix(9)]))).toMatchObject({
        stored: 1,
        duplicates: 2,
      });
      expect(await deleteBefore(harness.store, later(NOON, 2 * DAY_S))).toBe(1);
    });

    test("many small reports of a day go in steps, and reports are taken in between", async () => {
      const outcomes = [];
      for (let number = 1; number <= 1_201; number++)
        outcomes.push(recorded(harness, TAG, reportOf(number, [fix(number, later(NOON, number))])));
      await Promise.all(outcomes);
      const deleting = deleteBefore(harness.store, later(NOON, DAY_S));
      const more = recorded(harness, TAG, reportOf(1_202, [fix(1_202, later(NOON, DAY_S))]));
      expect(await deleting).toBe(1_201);
      expect(await more).toMatchObject({ through: 1_202 });
      expect(await storedNumbers(view, TAG)).toEqual([1_202]);
    });

    test("what claims to be old or of the future is kept from its arrival on", async () => {
      const old = fix(1, later(NOON, -400 * DAY_S));
      const future = fix(2, later(NOON, 9_000 * DAY_S));
      await recorded(harness, TAG, reportOf(1, [old, future]), { at: NOON, suspect: ["too-old", "future"] });
      await deleteBefore(harness.store, NOON);
      expect(await storedNumbers(view, TAG)).toEqual([1, 2]);
      await deleteBefore(harness.store, later(NOON, DAY_S));
      expect(await storedNumbers(view, TAG)).toEqual([]);
    });

    test("when the newest location went there is none", async () => {
      await recorded(harness, TAG, reportOf(1, [fix(1)]));
      await deleteBefore(harness.store, later(NOON, DAY_S));
      expect(await view.latest(TAG)).toBeUndefined();
    });

    test("a former owner's time and deleted geofences go too", async () => {
      const made = await view.createGeofence(draft("home", [TAG]));
      if (made.kind === "refused") throw new Error(made.reason);
      await view.deleteGeofence(made.geofence.id, undefined);
      await recorded(harness, TAG, reportOf(1, [transition(1, 0, "inside", "outside", 2)]));
      harness.clock.now = later(NOON, DAY_S);
      await deleteBefore(harness.store, later(NOON, DAY_S));
      expect(await view.events(TAG, ALWAYS)).toEqual({ items: [], next: undefined });
      const bob = await claimed(harness, "bob" as never, TAG);
      await deleteBefore(harness.store, later(NOON, 3 * DAY_S));
      expect(await bob.locations(TAG, ALWAYS)).toEqual({ items: [], next: undefined });
    });
  });
}
