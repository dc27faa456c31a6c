import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { JudgedOwnership } from "../recording/report-store.ts";
import {
  ADA,
  ALWAYS,
  BOB,
  draft,
  fix,
  fixes,
  later,
  NOON,
  reportOf,
  TAG,
  transition,
} from "./contract-values.ts";
import { claimed, recorded, type StoreHarness } from "./store-harness.ts";

/** That nothing of a former owner reaches the next one. */
export function describeFormerOwnerContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`${name}: former owners`, () => {
    let harness: StoreHarness;
    beforeEach(async () => {
      harness = await make();
    });
    afterEach(() => harness.close());

    test("what a tag decides by a former owner's settings is withheld from the next", async () => {
      const ada = await claimed(harness, ADA, TAG);
      await ada.createGeofence(draft("home", [TAG]));
      harness.clock.now = later(NOON, 60);
      const bob = await claimed(harness, BOB, TAG);
      const wanted = (await harness.store.reports.wantedSettings(TAG))?.version ?? 0;
      const entries = [fix(3), transition(4, 0, "outside", "inside", wanted - 1)];
      expect(await recorded(harness, TAG, reportOf(3, entries))).toMatchObject({ stored: 1, withheld: 1 });
      expect(await bob.events(TAG, ALWAYS)).toMatchObject({ items: [] });
      await recorded(harness, TAG, reportOf(5, [transition(5, 0, "outside", "inside", wanted)]));
      expect(await bob.events(TAG, ALWAYS)).toMatchObject({ items: [{ number: 5 }] });
    });

    test("a report is judged by the newest believed fix of its own ownership", async () => {
      await claimed(harness, ADA, TAG);
      const measures: unknown[] = [];
      const judge = ({ id, believed }: JudgedOwnership): undefined => void measures.push([id, believed]);
      const send = (number: number) =>
        harness.store.reports.recordReport(TAG, fixes(number, number), {
          at: NOON,
          knows: () => false,
          judge,
        });
      await send(1);
      await send(2);
      harness.clock.now = later(NOON, 150);
      await claimed(harness, BOB, TAG);
      await send(3);
      await send(4);
      const [one, two] = measures.map((measure) => (measure as [number])[0]).filter((_, i) => i % 2 === 0);
      expect(one).not.toBe(two);
      expect(measures).toEqual([
        [one, undefined],
        [one, fix(1)],
        [two, undefined],
        [two, fix(3)],
      ]);
    });
  });
}
