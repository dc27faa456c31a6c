import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DecodeReason } from "@purrimeter/protocol/decode-error";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { ADA, fix, fixes, later, NOON, receivedAt, reportOf, TAG } from "./contract-values.ts";
import type { OwnerView } from "../reading/owner-view.ts";
import { allLocations, claimed, recorded, storedNumbers, type StoreHarness } from "./store-harness.ts";

/** A number once, in whatever way reports come. */
export function describeRecordingContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`${name}: recording`, () => {
    let harness: StoreHarness;
    let view: OwnerView;
    beforeEach(async () => {
      harness = await make();
      view = await claimed(harness, ADA, TAG);
    });
    afterEach(() => harness.close());

    test("stores a report and says through which number", async () => {
      const outcome = await recorded(harness, TAG, fixes(1, 5));
      expect(outcome).toEqual({
        kind: "stored",
        epoch: 7,
        through: 5,
        stored: 5,
        duplicates: 0,
        withheld: 0,
      });
      const places = (await allLocations(view, TAG)).map(({ latE7, lonE7, at }) => ({ latE7, lonE7, at }));
      expect(places).toEqual(
        fixes(1, 5).entries.map((e) => e.kind === "fix" && { latE7: e.latE7, lonE7: e.lonE7, at: e.at }),
      );
    });

    test("a report that comes twice is stored once", async () => {
      await recorded(harness, TAG, fixes(1, 5));
      expect(await recorded(harness, TAG, fixes(1, 5))).toMatchObject({
        through: 5,
        stored: 0,
        duplicates: 5,
      });
      expect(await storedNumbers(view, TAG)).toEqual([1, 2, 3, 4, 5]);
    });

    test("the same report many times at once is stored once", async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, () => recorded(harness, TAG, fixes(1, 4))),
      );
      expect(outcomes.reduce((sum, { stored }) => sum + stored, 0)).toBe(4);
      expect(outcomes.every(({ through }) => through === 4)).toBe(true);
      expect(await storedNumbers(view, TAG)).toEqual([1, 2, 3, 4]);
    });

    test("of an overlapping report only the new entries are stored", async () => {
      await recorded(harness, TAG, fixes(1, 5));
      expect(await recorded(harness, TAG, fixes(3, 8))).toMatchObject({
        through: 8,
        stored: 3,
        duplicates: 3,
      });
      await recorded(harness, TAG, fixes(20, 22));
      expect(await recorded(harness, TAG, fixes(15, 25))).toMatchObject({ stored: 8, duplicates: 3 });
      expect(await storedNumbers(view, TAG)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, ...range(15, 25)]);
    });

    test("what lies after a hole is acknowledged as ahead, and the hole may still fill", async () => {
      await recorded(harness, TAG, fixes(1, 2));
      const ahead = await recorded(harness, TAG, fixes(5, 6));
      expect(ahead).toMatchObject({ through: 2, ahead: { first: 5, last: 6 } });
      expect(await recorded(harness, TAG, fixes(3, 4))).toMatchObject({ through: 6, stored: 2 });
      expect(await storedNumbers(view, TAG)).toEqual(range(1, 6));
    });

    test("what lies below the oldest number will never come: acknowledged through", async () => {
      expect(await recorded(harness, TAG, fixes(11, 12, 11))).toMatchObject({ through: 12 });
      expect(await recorded(harness, TAG, fixes(21, 22, 16))).toMatchObject({
        through: 15,
        ahead: { first: 21, last: 22 },
      });
      expect(await recorded(harness, TAG, fixes(23, 23, 21))).toMatchObject({ through: 23 });
    });

    test("an entry that was given up and comes after all is stored", async () => {
      await recorded(harness, TAG, fixes(11, 12, 11));
      expect(await recorded(harness, TAG, fixes(4, 6, 4))).toMatchObject({ through: 12, stored: 3 });
      expect(await recorded(harness, TAG, fixes(4, 6, 4))).toMatchObject({ stored: 0, duplicates: 3 });
      expect(await storedNumbers(view, TAG)).toEqual([4, 5, 6, 11, 12]);
    });

    test("a new epoch numbers from one again; an older one that comes back is still known", async () => {
      await recorded(harness, TAG, fixes(1, 3, 1, 7));
      expect(await recorded(harness, TAG, fixes(1, 2, 1, 8))).toMatchObject({
        epoch: 8,
        through: 2,
        stored: 2,
      });
      expect(await recorded(harness, TAG, fixes(2, 4, 1, 7))).toMatchObject({
        epoch: 7,
        through: 4,
        stored: 1,
        duplicates: 2,
      });
      expect(await recorded(harness, TAG, fixes(1, 3, 1, 8))).toMatchObject({
        through: 3,
        stored: 1,
        duplicates: 2,
      });
      expect(await allLocations(view, TAG)).toHaveLength(7);
    });

    test("a tag that sends every second number is stopped before its holes grow without limit", async () => {
      let refused = 0;
      for (let number = 1; number < 400; number += 2) {
        const outcome = await harness.store.reports.recordReport(TAG, fixes(number, number), receivedAt());
        if (outcome.kind === "refused") refused++;
      }
      expect(refused).toBeGreaterThan(100);
      expect(await recorded(harness, TAG, fixes(2, 2))).toMatchObject({ through: 3, stored: 1 });
    });

    test("a report over midnight is one report", async () => {
      const midnight = later(NOON, 43_200);
      const entries = range(1, 6).map((i) => fix(i, later(midnight, (i - 3) * 60 - 30)));
      expect(await recorded(harness, TAG, reportOf(1, entries))).toMatchObject({ through: 6, stored: 6 });
      expect(await storedNumbers(view, TAG)).toEqual(range(1, 6));
      const evening = await view.locations(TAG, { from: NOON, to: later(midnight, -1), limit: 10 });
      expect(evening).toMatchObject({
        items: [{ number: 1 }, { number: 2 }, { number: 3 }],
        next: undefined,
      });
    });

    test("battery and last contact are the newest that the tag said", async () => {
      const health = (at: UnixSeconds, batteryPercent: number) =>
        ({ kind: "health", at, batteryPercent, boots: 1, dropped: 0 }) as const;
      await recorded(harness, TAG, reportOf(5, [health(later(NOON, 60), 80)]), receivedAt(later(NOON, 61)));
      await recorded(harness, TAG, reportOf(1, [health(NOON, 90)]), receivedAt(later(NOON, 70)));
      expect(await view.tag(TAG)).toMatchObject({ batteryPercent: 80, lastHeardAt: NOON + 70 });
    });

    test("nothing is taken from a tag that is unknown, unclaimed or revoked", async () => {
      const { reports, registry } = harness.store;
      const stray = "tag-9" as TagId;
      const refused = { kind: "refused", reason: "unclaimed" };
      expect(await reports.registrationState(stray)).toBe("unknown");
      expect(await reports.recordReport(stray, fixes(1, 1), receivedAt())).toEqual(refused);
      await registry.register(stray, "code", NOON);
      expect(await reports.registrationState(stray)).toBe("unclaimed");
      expect(await reports.recordReport(stray, fixes(1, 1), receivedAt())).toEqual(refused);
      expect(await reports.keepDeadLetter(stray, Buffer.from("x"), "truncated", NOON)).toEqual(refused);
      expect(await reports.registrationState(TAG)).toBe("claimed");
      await recorded(harness, TAG, fixes(1, 1));
      await harness.second.registry.revoke(TAG, NOON);
      expect(await reports.registrationState(TAG)).toBe("revoked");
      expect(await reports.recordReport(TAG, fixes(2, 2), receivedAt())).toMatchObject({ kind: "refused" });
    });

    test("reports that cannot be decoded are counted, however many come", async () => {
      const aside = (reason: DecodeReason) =>
        harness.store.reports.keepDeadLetter(TAG, Buffer.from("bad"), reason, NOON);
      for (let i = 1; i <= 40; i++) expect(await aside("truncated")).toEqual({ kind: "set-aside", count: i });
    });

    test("any order, repetition and overlap leaves what the orderly way leaves", async () => {
      let tags = 0;
      const span = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 12 }));
      await fc.assert(
        fc.asyncProperty(
          fc.array(span, { maxLength: 12 }),
          fc.array(fc.nat(), { minLength: 16, maxLength: 16 }),
          async (spans, dice) => {
            const reports = spans.map(([first, more]) => fixes(first, Math.min(first + more, 40)));
            for (let first = 1; first <= 40; first += 10) reports.push(fixes(first, first + 9));
            const shuffled = reports
              .map((report, i) => ({ report, key: dice[i] ?? 0 }))
              .sort((a, b) => a.key - b.key);
            const tag = `tag-x${tags++}` as TagId;
            await claimed(harness, ADA, tag);
            await Promise.all(shuffled.slice(0, 5).map(({ report }) => recorded(harness, tag, report)));
            for (const { report } of shuffled.slice(5)) await recorded(harness, tag, report);
            expect(await recorded(harness, tag, fixes(40, 40))).toMatchObject({ through: 40, duplicates: 1 });
            expect(await storedNumbers(view, tag)).toEqual(range(1, 40));
            expect(await view.latest(tag)).toMatchObject({ number: 40 });
          },
        ),
        { numRuns: 25 },
      );
    });
  });
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
