import type { Status } from "@purrimeter/protocol/messages";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { OwnedTag } from "../tags/owned-tag.ts";
import type { OwnerView } from "../reading/owner-view.ts";
import { ADA, BOB, NOON, TAG } from "./contract-values.ts";
import { claimed, type StoreHarness } from "./store-harness.ts";

/** The step of detection of a tag, and which tags get it. */
export function describeDetectionContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`${name}: detection`, () => {
    let harness: StoreHarness;
    let view: OwnerView;
    beforeEach(async () => {
      harness = await make();
      view = await claimed(harness, ADA, TAG);
    });
    afterEach(() => harness.close());

    const say = (status: Partial<Status>) => {
      const whole = { online: true, settingsVersion: 1, firmware: "1.0.0", ...status };
      return harness.store.reports.recordStatus(TAG, whole, NOON);
    };
    const wanted = () => harness.store.reports.wantedSettings(TAG);
    const tag = async () => (await view.tag(TAG)) as OwnedTag;

    test("is usual, is changed by the owner, and has a new version of the settings each time", async () => {
      expect(await tag()).toMatchObject({ detection: "usual" });
      const before = (await wanted())?.version ?? 0;
      expect(await view.setDetection(TAG, "quiet")).toMatchObject({ detection: "quiet" });
      expect(await wanted()).toMatchObject({ version: before + 1, detection: "quiet" });
      await view.setDetection(TAG, "quiet");
      expect((await wanted())?.version).toBe(before + 1);
      await view.setDetection(TAG, "usual");
      expect((await wanted())?.version).toBe(before + 2);
      await view.setDetection(TAG, "quick");
      await view.eraseTag(TAG);
      expect(await (await claimed(harness, BOB, TAG)).tag(TAG)).toMatchObject({ detection: "usual" });
    });

    test("the wire version is what the last online status says, 1 for none; a will changes nothing", async () => {
      const { reports } = harness.store;
      expect(await reports.wireVersionOf(TAG)).toBe(1);
      await say({ wireVersion: 2 });
      await say({ online: false });
      expect(await reports.wireVersionOf(TAG)).toBe(2);
      expect(await harness.second.reports.wireVersionOf(TAG)).toBe(2);
      await say({});
      expect(await reports.wireVersionOf(TAG)).toBe(1);
    });

    test("a tag of version 1 is shown to ignore it, and gets it with newer firmware", async () => {
      await say({});
      expect((await tag()).settings.ignored).toBeUndefined();
      await view.setDetection(TAG, "quick");
      expect((await tag()).settings.ignored).toEqual(["detection"]);
      const before = (await wanted())?.version ?? 0;
      await say({ settingsVersion: before, wireVersion: 2 });
      expect((await tag()).settings.ignored).toBeUndefined();
      expect(await wanted()).toMatchObject({ version: before + 1, detection: "quick" });
      await say({ online: false });
      await say({ settingsVersion: before + 1, wireVersion: 2 });
      expect((await wanted())?.version).toBe(before + 1);
    });
  });
}
