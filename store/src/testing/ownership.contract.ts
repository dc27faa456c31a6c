import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DecodeReason } from "@purrimeter/protocol/decode-error";
import type { TagId } from "@purrimeter/protocol/values";
import { createClaimCode } from "../tags/claim-code.ts";
import {
  ADA,
  ALWAYS,
  BOB,
  draft,
  fix,
  fixes,
  later,
  NOON,
  OTHER_TAG,
  receivedAt,
  reportOf,
  TAG,
} from "./contract-values.ts";
import { claimed, recorded, storedNumbers, type StoreHarness } from "./store-harness.ts";

/** Of a tag that has said nothing, and whose owner has changed nothing. */
const UNTOUCHED = {
  ...{ lastHeardAt: undefined, batteryPercent: undefined, detection: "usual", isLost: false },
  pace: { fixIntervalS: 60, reportIntervalS: 600 },
};

/** Who owns which tag, and that nobody else sees it. */
export function describeOwnershipContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`${name}: ownership`, () => {
    let harness: StoreHarness;
    beforeEach(async () => {
      harness = await make();
    });
    afterEach(() => harness.close());

    test("a code claims once, in whatever way it is typed, and starts settings", async () => {
      const { store } = harness;
      const code = createClaimCode();
      expect(await store.registry.register(TAG, code, NOON)).toBe("registered");
      expect(await store.registry.register(TAG, createClaimCode(), NOON)).toBe("exists");
      const ada = store.forOwner(ADA);
      expect(await ada.claim(createClaimCode(), "x")).toBe("wrong-code");
      expect(await ada.claim("", "x")).toBe("wrong-code");
      const claim = await ada.claim(` ${code.toLowerCase().replaceAll("-", " ")}`, "Schnurrli");
      const settings = { wanted: 1, reported: 0 };
      expect(claim).toEqual({ id: TAG, name: "Schnurrli", claimedAt: NOON, ...UNTOUCHED, settings });
      expect(await store.forOwner(BOB).claim(code, "x")).toBe("wrong-code");
      expect(await ada.claim(code, "x")).toBe("wrong-code");
      expect(await store.registry.list()).toEqual([{ id: TAG, standing: "claimed", registeredAt: NOON }]);
    });

    test("two who use a code at once: one gets the tag", async () => {
      const code = createClaimCode();
      await harness.store.registry.register(TAG, code, NOON);
      const outcomes = await Promise.all([
        harness.store.forOwner(ADA).claim(code, "a"),
        harness.second.forOwner(BOB).claim(code, "b"),
      ]);
      expect(outcomes.filter((outcome) => outcome === "wrong-code")).toHaveLength(1);
    });

    test("a revoked tag cannot be claimed", async () => {
      const code = createClaimCode();
      await harness.store.registry.register(TAG, code, NOON);
      expect(await harness.store.registry.revoke(TAG, NOON)).toBe("revoked");
      expect(await harness.store.registry.revoke(OTHER_TAG, NOON)).toBe("not-found");
      expect(await harness.store.forOwner(ADA).claim(code, "x")).toBe("wrong-code");
    });

    test("each owner lists their own tags, in pages", async () => {
      const ada = await claimed(harness, ADA, "t3" as TagId, "three");
      await claimed(harness, ADA, "t1" as TagId, "one");
      await claimed(harness, BOB, "t2" as TagId, "two");
      const first = await ada.tags({ limit: 1 });
      expect(first).toMatchObject({ items: [{ id: "t1", name: "one" }], next: "t1" });
      expect(await ada.tags({ limit: 1, after: first.next })).toMatchObject({
        items: [{ id: "t3" }],
        next: undefined,
      });
    });

    test("a new name is shown, to its owner only", async () => {
      const ada = await claimed(harness, ADA, TAG, "old");
      const bob = harness.store.forOwner(BOB);
      expect(await bob.renameTag(TAG, "stolen")).toBe("not-found");
      expect(await ada.renameTag(TAG, "Büsi 🐈")).toMatchObject({ name: "Büsi 🐈" });
      expect(await ada.tag(TAG)).toMatchObject({ name: "Büsi 🐈" });
    });

    test("a tag that changes hands shows neither owner the other's time", async () => {
      const ada = await claimed(harness, ADA, TAG);
      await ada.createGeofence(draft("home", [TAG]));
      await recorded(harness, TAG, fixes(1, 5));
      harness.clock.now = later(NOON, 8 * 60);
      const bob = await claimed(harness, BOB, TAG);
      expect(await ada.locations(TAG, ALWAYS)).toBe("not-found");
      expect(await bob.locations(TAG, ALWAYS)).toEqual({ items: [], next: undefined });
      expect((await harness.store.reports.wantedSettings(TAG))?.geofences).toEqual([]);
      // The journal still holds the former owner's last entries.
      const outcome = await recorded(harness, TAG, fixes(4, 10, 4), receivedAt(harness.clock.now));
      expect(outcome).toMatchObject({ through: 10, stored: 3, withheld: 4 });
      expect(await storedNumbers(bob, TAG)).toEqual([8, 9, 10]);
      expect(await ada.tags({ limit: 10 })).toEqual({ items: [], next: undefined });
    });

    test("another process's claim counts at once for the one that records", async () => {
      const { reports, registry } = harness.store;
      const code = createClaimCode();
      await registry.register(TAG, code, NOON);
      expect(await reports.recordReport(TAG, fixes(1, 1), receivedAt())).toMatchObject({
        reason: "unclaimed",
      });
      const ada = harness.second.forOwner(ADA);
      await ada.claim(code, "x");
      expect(await reports.registrationState(TAG)).toBe("claimed");
      await recorded(harness, TAG, fixes(1, 2));
      expect(await storedNumbers(ada, TAG)).toEqual([1, 2]);
    });

    test("what a tag says of itself is shown", async () => {
      const ada = await claimed(harness, ADA, TAG);
      const status = { online: true, settingsVersion: 1, firmware: "1.0.0" };
      expect(await harness.store.reports.recordStatus(TAG, status, later(NOON, 9))).toEqual({
        kind: "recorded",
      });
      expect(await ada.tag(TAG)).toMatchObject({
        lastHeardAt: NOON + 9,
        settings: { wanted: 1, reported: 1 },
      });
      // As a will that was written before the tag took the settings.
      const will = { online: false, settingsVersion: 0, firmware: "1.0.0" };
      expect(await harness.store.reports.recordStatus(TAG, will, later(NOON, 10))).toEqual({
        kind: "recorded",
      });
      expect(await ada.tag(TAG)).toMatchObject({ settings: { wanted: 1, reported: 1 } });
      const refused = {
        online: true,
        settingsVersion: 1,
        firmware: "1.0.0",
        refusedSettings: { version: 2, reason: "too-many" },
      } as const;
      expect(await harness.store.reports.recordStatus(TAG, refused, NOON)).toEqual({ kind: "recorded" });
    });

    test("settings that the tag refuses are shown with the reason, until others are wanted", async () => {
      const ada = await claimed(harness, ADA, TAG);
      const refuse = (version: number, reason: DecodeReason) => {
        const own = { online: true, settingsVersion: 1, firmware: "1.0.0" } as const;
        const status = { ...own, refusedSettings: { version, reason } };
        return harness.store.reports.recordStatus(TAG, status, NOON);
      };
      const settings = async () => {
        const tag = await ada.tag(TAG);
        return tag === "not-found" ? tag : tag.settings;
      };
      await ada.createGeofence(draft("home", [TAG]));
      expect(await settings()).toEqual({ wanted: 2, reported: 0, refused: undefined });
      await refuse(2, "too-many");
      const refused = { version: 2, reason: "too-many" };
      expect(await settings()).toEqual({ wanted: 2, reported: 1, refused });
      // A will knows nothing of settings.
      const will = { online: false, settingsVersion: 0, firmware: "1.0.0" } as const;
      await harness.store.reports.recordStatus(TAG, will, NOON);
      expect(await settings()).toMatchObject({ refused });
      await ada.createGeofence(draft("garden", [TAG]));
      expect(await settings()).toEqual({ wanted: 3, reported: 1, refused: undefined });
      await refuse(0, "truncated");
      expect(await settings()).toMatchObject({ refused: { version: 0, reason: "truncated" } });
      await harness.store.reports.recordStatus(TAG, { ...will, online: true, settingsVersion: 3 }, NOON);
      expect(await settings()).toEqual({ wanted: 3, reported: 3, refused: undefined });
    });

    test("what a tag refused under its former owner is not shown to the next", async () => {
      await claimed(harness, ADA, TAG);
      const status = { online: true, settingsVersion: 0, firmware: "1.0.0" } as const;
      const refusedSettings = { version: 0, reason: "truncated" } as const;
      await harness.store.reports.recordStatus(TAG, { ...status, refusedSettings }, NOON);
      harness.clock.now = later(NOON, 60);
      const bob = await claimed(harness, BOB, TAG);
      expect(await bob.tag(TAG)).toMatchObject({ settings: { refused: undefined } });
    });

    test("an erased tag is nobody's, and comes back empty", async () => {
      const ada = await claimed(harness, ADA, TAG);
      await claimed(harness, ADA, OTHER_TAG);
      await recorded(harness, TAG, fixes(1, 9));
      await recorded(harness, OTHER_TAG, fixes(1, 2));
      expect(await harness.second.forOwner(ADA).eraseTag(TAG)).toBe("erased");
      expect(await ada.locations(TAG, ALWAYS)).toBe("not-found");
      expect(await harness.store.reports.registrationState(TAG)).toBe("unclaimed");
      expect(await harness.store.reports.recordReport(TAG, fixes(10, 10), receivedAt())).toMatchObject({
        kind: "refused",
      });
      harness.clock.now = later(NOON, 20 * 60);
      await claimed(harness, ADA, TAG);
      await recorded(harness, TAG, reportOf(10, [fix(10), fix(21)]));
      expect(await storedNumbers(ada, TAG)).toEqual([11]);
      expect(await storedNumbers(ada, OTHER_TAG)).toEqual([1, 2]);
    });

    test("an erased owner has nothing, and may begin anew", async () => {
      const ada = await claimed(harness, ADA, TAG);
      const bob = await claimed(harness, BOB, OTHER_TAG);
      await ada.createGeofence(draft("home", [TAG]));
      await recorded(harness, TAG, fixes(1, 9));
      await recorded(harness, OTHER_TAG, fixes(1, 2));
      await ada.eraseOwner();
      expect(await ada.tags({ limit: 10 })).toEqual({ items: [], next: undefined });
      expect(await ada.geofences({ limit: 10 })).toEqual({ items: [], next: undefined });
      expect(await storedNumbers(bob, OTHER_TAG)).toEqual([1, 2]);
      const again = await claimed(harness, ADA, TAG);
      expect(await again.createGeofence(draft("home", [TAG]))).toMatchObject({ kind: "written" });
    });

    test("a rotated owner's key still opens all, and seals anew", async () => {
      const ada = await claimed(harness, ADA, TAG, "Schnurrli");
      await ada.createGeofence(draft("home", [TAG]));
      await recorded(harness, TAG, fixes(1, 3));
      expect(await harness.store.rewrapKeys(ADA)).toBe(0);
      await harness.keyRing.rotate(ADA);
      expect(await harness.second.rewrapKeys(ADA)).toBe(2);
      expect(await harness.second.rewrapKeys(ADA)).toBe(0);
      await recorded(harness, TAG, fixes(4, 5));
      expect(await storedNumbers(ada, TAG)).toEqual([1, 2, 3, 4, 5]);
      expect(await ada.tag(TAG)).toMatchObject({ name: "Schnurrli" });
    });
  });
}
