import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { ADA, later, NOON, reportOf, TAG } from "./contract-values.ts";
import type { OwnerView } from "../reading/owner-view.ts";
import { claimed, recorded, type StoreHarness } from "./store-harness.ts";

/** Which of a tag's health entries says how much battery it has. */
export function describeBatteryContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`${name}: battery`, () => {
    let harness: StoreHarness;
    let view: OwnerView;
    beforeEach(async () => {
      harness = await make();
      view = await claimed(harness, ADA, TAG);
    });
    afterEach(() => harness.close());

    test("the battery is of the entry with the greatest number, of the epoch that began last", async () => {
      const health = (batteryPercent: number, at: number = 0) =>
        ({ kind: "health", at: at as UnixSeconds, batteryPercent, boots: 1, dropped: 0 }) as const;
      const suspect = ["too-old"] as const;
      const battery = async () => ((await view.tag(TAG)) as { batteryPercent?: number }).batteryPercent;
      await recorded(harness, TAG, reportOf(1, [health(4, NOON)]));
      await recorded(harness, TAG, reportOf(3, [health(100)]), { at: NOON, suspect });
      expect(await battery()).toBe(100);
      await recorded(harness, TAG, reportOf(2, [health(3, later(NOON, 60))]));
      expect(await battery()).toBe(100);
      await recorded(harness, TAG, reportOf(1, [health(90)], 1, 8), { at: NOON, suspect });
      expect(await battery()).toBe(90);
      await recorded(harness, TAG, reportOf(9, [health(5, later(NOON, 90))]));
      expect(await battery()).toBe(90);
      expect(await harness.second.forOwner(ADA).tag(TAG)).toMatchObject({ batteryPercent: 90 });
    });
  });
}
