import type { Status } from "@purrimeter/protocol/messages";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LostDraft, LostView } from "../lost/lost-mode.ts";
import type { OwnerView } from "../reading/owner-view.ts";
import { ADA, BOB, fix, later, NOON, receivedAt, reportOf, TAG } from "./contract-values.ts";
import { claimed, recorded, type StoreHarness } from "./store-harness.ts";

const LOST: LostDraft = { intervalS: 60, hasSound: true, floorPercent: 10, until: undefined };

/** Lost mode and pace: what the owner wants, what the tag is sent, and what it says. */
export function describeLostModeContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`${name}: lost mode and pace`, () => {
    let harness: StoreHarness;
    let view: OwnerView;
    beforeEach(async () => {
      harness = await make();
      view = await claimed(harness, ADA, TAG);
    });
    afterEach(() => harness.close());

    const wanted = () => harness.store.reports.wantedSettings(TAG);
    const ends = (now: UnixSeconds) => harness.store.lost.endLostModes(now);
    const tag = async () => {
      const own = await view.tag(TAG);
      if (own === "not-found") throw new Error(own);
      return own;
    };
    async function seen(): Promise<LostView> {
      const lost = await view.lost(TAG);
      if (lost === "not-found") throw new Error(lost);
      return lost;
    }
    async function says(more: Partial<Status>): Promise<void> {
      const settingsVersion = (await wanted())?.version ?? 0;
      const status = { online: true, settingsVersion, firmware: "1", wireVersion: 2, ...more };
      await harness.store.reports.recordStatus(TAG, status, NOON);
    }
    let number = 0;
    const battery = (batteryPercent: number) =>
      recorded(
        harness,
        TAG,
        reportOf(++number, [{ kind: "health", at: NOON, batteryPercent, boots: 1, dropped: 0 }]),
      );

    test("is a part of the settings until its owner ends it", async () => {
      expect(await seen()).toEqual({ lost: undefined, batteryPercent: undefined });
      const before = (await wanted())?.version ?? 0;
      const { cursor } = await harness.second.reports.settingsChangedSince(undefined);
      const outcome = await view.setLost(TAG, { ...LOST, until: later(NOON, 600) });
      expect(outcome).toMatchObject({
        kind: "set",
        lost: { intervalS: 60, tag: "waiting", startedAt: NOON },
      });
      const lost = { intervalS: 60, floorPercent: 10, buzzS: 5, until: NOON + 600 };
      expect(await wanted()).toMatchObject({ version: before + 1, lost });
      expect((await harness.second.reports.settingsChangedSince(cursor)).tags).toEqual([TAG]);
      expect(await tag()).toMatchObject({ isLost: true });
      harness.clock.now = later(NOON, 60);
      await view.setLost(TAG, { ...LOST, hasSound: false });
      expect(await wanted()).toMatchObject({ version: before + 2, lost: { buzzS: 0, until: 0 } });
      expect((await seen()).lost).toMatchObject({ startedAt: NOON, until: undefined });
      expect(await view.endLost(TAG)).toBe("ended");
      expect(await view.endLost(TAG)).toBe("ended");
      expect(await wanted()).not.toHaveProperty("lost");
      expect(await wanted()).toMatchObject({ version: before + 3 });
      expect((await seen()).lost).toMatchObject({ ended: { at: NOON + 60, by: "owner" } });
    });

    test("says what the tag says of it", async () => {
      await view.setLost(TAG, LOST);
      await says({ settingsVersion: 0 });
      expect((await seen()).lost?.tag).toBe("waiting");
      await says({ isLost: true });
      expect((await seen()).lost?.tag).toBe("on");
      await says({ isLost: false });
      expect((await seen()).lost?.tag).toBe("over");
      expect((await tag()).settings.ignored).toBeUndefined();
      await says({});
      expect((await seen()).lost?.tag).toBe("too-old");
      expect((await tag()).settings.ignored).toEqual(["lost"]);
      await says({ wireVersion: 1 });
      await view.setDetection(TAG, "quiet");
      expect((await tag()).settings.ignored).toEqual(["detection", "lost"]);
    });

    test("is sent again to firmware that reads version 2 for the first time", async () => {
      await says({ wireVersion: 1 });
      await view.setLost(TAG, LOST);
      const before = (await wanted())?.version ?? 0;
      await says({ wireVersion: 1 });
      expect((await wanted())?.version).toBe(before);
      await says({ wireVersion: 2 });
      expect((await wanted())?.version).toBe(before + 1);
    });

    test("ends when its time is over", async () => {
      await view.setLost(TAG, { ...LOST, until: later(NOON, 600) });
      await ends(later(NOON, 600));
      expect((await seen()).lost?.ended).toBeUndefined();
      const { cursor } = await harness.store.reports.settingsChangedSince(undefined);
      await ends(later(NOON, 601));
      expect((await seen()).lost?.ended).toEqual({ at: NOON + 601, by: "until" });
      expect((await harness.store.reports.settingsChangedSince(cursor)).tags).toEqual([TAG]);
      expect(await wanted()).not.toHaveProperty("lost");
      await ends(later(NOON, 700));
      expect((await seen()).lost?.ended).toMatchObject({ at: NOON + 601 });
    });

    test("ends when the tag says that the battery is at the floor, and not before", async () => {
      await battery(40);
      await view.setLost(TAG, LOST);
      await battery(11);
      await ends(NOON);
      expect((await seen()).lost?.ended).toBeUndefined();
      await battery(10);
      await ends(later(NOON, 5));
      expect(await seen()).toMatchObject({
        lost: { ended: { at: NOON + 5, by: "battery" } },
        batteryPercent: 10,
      });
      const refused = { kind: "refused", reason: "battery-too-low" };
      expect(await view.setLost(TAG, LOST)).toEqual(refused);
      expect(await view.setLost(TAG, { ...LOST, floorPercent: 5 })).toMatchObject({ kind: "set" });
    });

    test("is for no tag that was revoked, none by a wrong clock, and not the next owner's", async () => {
      harness.clock.isPlausible = false;
      expect(await view.setLost(TAG, LOST)).toEqual({ kind: "refused", reason: "clock-not-trusted" });
      harness.clock.isPlausible = true;
      await view.setLost(TAG, LOST);
      await view.eraseTag(TAG);
      const bob = await claimed(harness, BOB, TAG);
      expect(await bob.lost(TAG)).toEqual({ lost: undefined, batteryPercent: undefined });
      expect(await wanted()).not.toHaveProperty("lost");
      await harness.store.registry.revoke(TAG, NOON);
      expect(await bob.setLost(TAG, LOST)).toEqual({ kind: "refused", reason: "revoked" });
    });

    test("tells when the tag is expected: each interval, once it says that it is lost", async () => {
      await recorded(harness, TAG, reportOf(50, [fix(1, NOON)], 50), receivedAt(NOON));
      const buzz = {
        kind: "buzz",
        seconds: 5,
        expiresAt: later(NOON, 99),
        idempotencyKey: undefined,
      } as const;
      await view.setLost(TAG, LOST);
      const usual = await view.giveCommand(TAG, buzz);
      await says({ isLost: true });
      const lost = await view.giveCommand(TAG, buzz);
      expect(usual).not.toMatchObject({ nextContactAt: NOON + 60 });
      expect(lost).toMatchObject({ nextContactAt: NOON + 60 });
    });

    test("a pace is a new version of the settings, unless it is so already", async () => {
      const before = await wanted();
      const changed = await view.setPace(TAG, { fixIntervalS: 30 });
      expect(changed).toMatchObject({ pace: { fixIntervalS: 30, reportIntervalS: before?.reportIntervalS } });
      expect(await wanted()).toMatchObject({ version: (before?.version ?? 0) + 1, fixIntervalS: 30 });
      await view.setPace(TAG, { fixIntervalS: 30, reportIntervalS: before?.reportIntervalS });
      expect((await wanted())?.version).toBe((before?.version ?? 0) + 1);
      await view.setPace(TAG, { reportIntervalS: 60 });
      expect(await wanted()).toMatchObject({ fixIntervalS: 30, reportIntervalS: 60 });
    });
  });
}
