import fc from "fast-check";
import { expect, test } from "vitest";
import type { Entry } from "@purrimeter/protocol/entry";
import type { EntryNumber } from "@purrimeter/protocol/values";
import { fix, transition } from "../testing/contract-values.ts";
import { PieceWriter, readPiece, type StoredEntry } from "./piece-codec.ts";
import { DOUBTS } from "./doubt.ts";

const UINT32 = { min: 0, max: 4_294_967_295 };
const at = fc.integer(UINT32);
const side = fc.constantFrom("inside", "outside", "unknown");
const entry = fc.oneof(
  fc.record({
    kind: fc.constant("fix"),
    at,
    latE7: fc.integer({ min: -900_000_000, max: 900_000_000 }),
    lonE7: fc.integer({ min: -1_800_000_000, max: 1_799_999_999 }),
    accuracyDm: fc.integer({ min: 1, max: 65_535 }),
  }),
  fc.record({
    kind: fc.constant("transition"),
    at,
    geofence: fc.integer({ min: 0, max: 255 }),
    from: side,
    to: side,
    evidenceFrom: fc.integer({ min: 1, max: UINT32.max }),
    settingsVersion: fc.integer(UINT32),
  }),
  fc.record({ kind: fc.constant("no-sky"), at, searchedS: fc.integer({ min: 1, max: 65_535 }) }),
  fc.record({
    kind: fc.constant("health"),
    at,
    batteryPercent: fc.integer({ min: 0, max: 100 }),
    boots: fc.integer(UINT32),
    dropped: fc.integer(UINT32),
  }),
) as fc.Arbitrary<Entry>;
const doubt = fc.option(fc.constantFrom(...DOUBTS), { nil: undefined });
const step = fc.integer({ min: 1, max: 1_000_000 });
const piece = fc.array(fc.tuple(entry, doubt, step), { minLength: 1, maxLength: 128 });

function written(entries: readonly StoredEntry[]): Buffer {
  const writer = new PieceWriter();
  const first = entries[0]?.number ?? (1 as EntryNumber);
  writer.begin(first);
  for (const stored of entries) writer.add(stored.number, stored.entry, stored.doubt);
  return Buffer.from(writer.written());
}

test("a piece reads back as it was written", () => {
  fc.assert(
    fc.property(piece, (steps) => {
      let number = 0;
      const entries = steps.map(([content, doubt, by]) => {
        number += by;
        return { number: number as EntryNumber, entry: content, doubt: doubt };
      });
      expect(readPiece(entries[0]?.number ?? 0, written(entries))).toEqual(entries);
    }),
    { numRuns: 300 },
  );
});

test("a fix of a track takes nine bytes at most", () => {
  const entries = Array.from({ length: 60 }, (_, i) => ({
    number: (i + 1) as EntryNumber,
    entry: fix(i + 1),
    doubt: undefined,
  }));
  expect(written(entries).length).toBeLessThan(9 * 60 + 12);
});

test("a piece that ends too early or is of a later version is no piece", () => {
  const bytes = written([{ number: 1 as EntryNumber, entry: fix(1), doubt: undefined }]);
  expect(() => readPiece(1, bytes.subarray(0, -1))).toThrow(RangeError);
  expect(() => readPiece(1, Buffer.from([3]))).toThrow("version 3");
});

test("a piece of version 1 is read as it is: nothing was said of the last known side", () => {
  const bytes = Buffer.from(written([{ number: 1 as EntryNumber, entry: fix(1), doubt: "too-fast" }]));
  bytes[0] = 1;
  expect(readPiece(1, bytes)).toEqual([{ number: 1, entry: fix(1), doubt: "too-fast" }]);
});

test.each([null, "inside", "outside", undefined] as const)(
  "a last known side comes back: %s",
  (lastKnown) => {
    const left = transition(2, 3, "unknown", "outside", 1);
    const entry = lastKnown === undefined ? left : { ...left, lastKnown };
    const stored = [entry, fix(3)].map((one, i) => ({
      number: (i + 2) as EntryNumber,
      entry: one,
      doubt: undefined,
    }));
    expect(readPiece(2, written(stored))).toStrictEqual(stored);
  },
);
