import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MAX_GEOFENCES, MAX_TAG_VERTICES } from "@purrimeter/protocol/limits";
import type { TagId } from "@purrimeter/protocol/values";
import { ADA, BOB, draft, GARDEN, later, NOON, OTHER_TAG, polygon, TAG } from "./contract-values.ts";
import type { Geofence, GeofenceDraft, GeofenceId } from "../geofences/geofence.ts";
import type { OwnerView } from "../reading/owner-view.ts";
import { claimed, type StoreHarness } from "./store-harness.ts";

/** Zones, and the settings that they make. */
export function describeGeofenceContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`${name}: geofences`, () => {
    let harness: StoreHarness;
    let ada: OwnerView;
    let bob: OwnerView;
    beforeEach(async () => {
      harness = await make();
      ada = await claimed(harness, ADA, TAG);
      bob = await claimed(harness, BOB, OTHER_TAG);
    });
    afterEach(() => harness.close());

    async function written(geofence: GeofenceDraft): Promise<Geofence> {
      const outcome = await ada.createGeofence(geofence);
      if (outcome.kind === "refused") throw new Error(outcome.reason);
      return outcome.geofence;
    }

    function wanted(tag: TagId) {
      return harness.store.reports.wantedSettings(tag);
    }

    test("a geofence comes back as it was written, and becomes the tag's settings", async () => {
      const made = await written(draft("garden", [TAG], polygon(5)));
      const times = { createdAt: NOON, changedAt: NOON };
      expect(made).toEqual({
        id: made.id,
        name: "garden",
        shape: polygon(5),
        tagIds: [TAG],
        version: 1,
        ...times,
      });
      expect(await ada.geofence(made.id)).toEqual(made);
      expect(await wanted(TAG)).toMatchObject({ version: 2, geofences: [{ ref: 0, ...polygon(5) }] });
      expect(await ada.tag(TAG)).toMatchObject({ settings: { wanted: 2 } });
      expect((await wanted(OTHER_TAG))?.version).toBe(1);
    });

    test("the bridge learns which tags' settings changed, and only once", async () => {
      const { reports } = harness.store;
      const { cursor } = await reports.settingsChangedSince(undefined);
      expect(await reports.settingsChangedSince(cursor)).toEqual({ tags: [], cursor });
      await harness.second.forOwner(ADA).createGeofence(draft("garden", [TAG]));
      const seen = await reports.settingsChangedSince(cursor);
      expect(seen.tags).toEqual([TAG]);
      expect(await reports.settingsChangedSince(seen.cursor)).toEqual({ tags: [], cursor: seen.cursor });
      await bob.createGeofence(draft("yard", [OTHER_TAG]));
      expect((await reports.settingsChangedSince(seen.cursor)).tags).toEqual([OTHER_TAG]);
      expect([...(await reports.settingsChangedSince(cursor)).tags].sort()).toEqual([TAG, OTHER_TAG]);
    });

    test("a replacement needs the version that was read, where one is given", async () => {
      const made = await written(draft("garden", [TAG]));
      harness.clock.now = later(NOON, 5);
      const replaced = await ada.replaceGeofence(made.id, draft("yard", [TAG], polygon(4)), 1);
      const expected = { name: "yard", version: 2, createdAt: NOON, changedAt: NOON + 5, shape: polygon(4) };
      expect(replaced).toMatchObject({ kind: "written", geofence: expected });
      const mismatch = { kind: "refused", reason: "version-mismatch" };
      expect(await ada.replaceGeofence(made.id, draft("x", [TAG]), 1)).toEqual(mismatch);
      expect(await ada.deleteGeofence(made.id, 1)).toBe("version-mismatch");
      expect(await ada.geofence(made.id)).toMatchObject({ name: "yard", version: 2 });
      expect(await wanted(TAG)).toMatchObject({ version: 3, geofences: [{ ref: 0, ...polygon(4) }] });
      expect(await ada.deleteGeofence(made.id, 2)).toBe("deleted");
      expect(await ada.deleteGeofence(made.id, undefined)).toBe("not-found");
      expect(await wanted(TAG)).toMatchObject({ version: 4, geofences: [] });
    });

    test("tags that leave and join each get new settings", async () => {
      const third = "tag-3" as TagId;
      await claimed(harness, ADA, third);
      const made = await written(draft("garden", [TAG]));
      await ada.replaceGeofence(made.id, draft("garden", [third]), undefined);
      expect(await wanted(TAG)).toMatchObject({ version: 3, geofences: [] });
      expect(await wanted(third)).toMatchObject({ version: 2, geofences: [{ ref: 0, ...GARDEN }] });
      expect(await ada.geofence(made.id)).toMatchObject({ tagIds: [third] });
    });

    test("a tag of somebody else, or none, is not found and nothing is written", async () => {
      const refused = { kind: "refused", reason: "tag-not-found" };
      expect(await ada.createGeofence(draft("spy", [TAG, OTHER_TAG]))).toEqual({ ...refused, at: 1 });
      expect(await ada.createGeofence(draft("spy", ["tag-0" as TagId]))).toEqual({ ...refused, at: 0 });
      expect(await ada.geofences({ limit: 10 })).toEqual({ items: [], next: undefined });
      expect((await wanted(TAG))?.version).toBe(1);
    });

    test("a geofence of somebody else is not found, as one that never was", async () => {
      const made = await written(draft("garden", [TAG]));
      for (const id of [made.id, "nothing" as GeofenceId]) {
        expect(await bob.geofence(id)).toBe("not-found");
        expect(await bob.replaceGeofence(id, draft("x", []), 1)).toEqual({
          kind: "refused",
          reason: "not-found",
        });
        expect(await bob.deleteGeofence(id, 1)).toBe("not-found");
      }
      expect(await ada.geofence(made.id)).toEqual(made);
    });

    test("a tag takes so many geofences and vertices, and no more", async () => {
      for (let i = 0; i < MAX_GEOFENCES; i++) await written(draft(`g${i}`, [TAG]));
      expect(await ada.createGeofence(draft("g", [TAG]))).toEqual({
        kind: "refused",
        reason: "too-many-geofences",
      });
      expect(await ada.createGeofence(draft("g", []))).toMatchObject({ kind: "written" });
      const third = "tag-3" as TagId;
      await claimed(harness, ADA, third);
      const half = MAX_TAG_VERTICES / 2;
      const one = await written(draft("one", [third], polygon(half)));
      await written(draft("two", [third], polygon(half)));
      const tooMany = { kind: "refused", reason: "too-many-vertices" };
      expect(await ada.createGeofence(draft("three", [third], polygon(3)))).toEqual(tooMany);
      expect(await ada.replaceGeofence(one.id, draft("one", [third], polygon(half + 1)), undefined)).toEqual(
        tooMany,
      );
      expect(
        await ada.replaceGeofence(one.id, draft("one", [third], polygon(half)), undefined),
      ).toMatchObject({ kind: "written" });
      expect(new Set((await wanted(TAG))?.geofences.map(({ ref }) => ref)).size).toBe(MAX_GEOFENCES);
    });

    test("the list is read in pages", async () => {
      const made = [];
      for (let i = 0; i < 5; i++) made.push((await written(draft(`g${i}`, []))).id);
      const first = await ada.geofences({ limit: 3 });
      const rest = await ada.geofences({ limit: 3, after: first.next });
      expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(made.sort());
      expect(rest.next).toBeUndefined();
      expect(await bob.geofences({ limit: 3 })).toEqual({ items: [], next: undefined });
    });

    test("settings of a tag without owner are none", async () => {
      expect(await wanted("tag-0" as TagId)).toBeUndefined();
      await ada.eraseTag(TAG);
      expect(await wanted(TAG)).toBeUndefined();
    });
  });
}
