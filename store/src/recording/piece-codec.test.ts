import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Entry } from "@purrimeter/protocol/entry";
import { MAX_COURSE_DEG10, MAX_SPEED_CM_S } from "@purrimeter/protocol/limits";
import type { EntryNumber } from "@purrimeter/protocol/values";
import { fix, NOON, transition } from "../testing/contract-values.ts";
import { PieceWriter, readPiece, type StoredEntry } from "./piece-codec.ts";
import { DOUBTS } from "./doubt.ts";

const UINT32 = { min: 0, max: 4_294_967_295 };
const at = fc.integer(UINT32);
const side = fc.constantFrom("inside", "outside", "unknown");
const entry = fc.oneof(
  fc.record(
    {
      kind: fc.constant("fix"),
      at,
      latE7: fc.integer({ min: -900_000_000, max: 900_000_000 }),
      lonE7: fc.integer({ min: -1_800_000_000, max: 1_799_999_999 }),
      accuracyDm: fc.integer({ min: 1, max: 65_535 }),
      speedCmS: fc.integer({ min: 0, max: MAX_SPEED_CM_S }),
      courseDeg10: fc.integer({ min: 0, max: MAX_COURSE_DEG10 }),
    },
    { requiredKeys: ["kind", "at", "latE7", "lonE7", "accuracyDm"] },
  ),
  fc.record(
    {
      kind: fc.constant("transition"),
      at,
      geofence: fc.integer({ min: 0, max: 255 }),
      from: side,
      to: side,
      evidenceFrom: fc.integer({ min: 1, max: UINT32.max }),
      settingsVersion: fc.integer(UINT32),
      lastKnown: fc.constantFrom(null, "inside", "outside"),
    },
    { requiredKeys: ["kind", "at", "geofence", "from", "to", "evidenceFrom", "settingsVersion"] },
  ),
  fc.record({ kind: fc.constant("no-sky"), at, searchedS: fc.integer({ min: 1, max: 65_535 }) }),
  fc.record({
    kind: fc.constant("health"),
    at,
    batteryPercent: fc.integer({ min: 0, max: 100 }),
    boots: fc.integer(UINT32),
    dropped: fc.integer(UINT32),
  }),
  fc.record({
    kind: fc.constant("answer"),
    at,
    command: fc.integer({ min: 1, max: UINT32.max }),
    outcome: fc.constantFrom("done", "expired", "refused", "stopped"),
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
  // Version 2, kind 5.
  expect(() => readPiece(1, Buffer.from([2, 0x41, 0]))).toThrow("kind 5");
});

describe("a piece that an earlier version of the program wrote is read:", () => {
  const [left, battery] = [
    transition(3, 4, "unknown", "outside", 5),
    { kind: "health", at: NOON, batteryPercent: 50, boots: 300, dropped: 0 } as const,
  ];
  test.each([
    ["1", "0110f0f288ab0da49f92eb03cb8f7a20017a040704052303e90232ac0200", left],
    [
      "2, without speed and course",
      "0210f0f288ab0da49f92eb03cb8f7a20817a04070405012303e90232ac0200",
      { ...left, lastKnown: "inside" },
    ],
  ])("%s", (_version, hex, transition) => {
    expect(readPiece(2, Buffer.from(hex, "hex"))).toStrictEqual([
      { number: 2, entry: fix(2), doubt: "too-fast" },
      { number: 3, entry: transition, doubt: undefined },
      { number: 7, entry: battery, doubt: undefined },
    ]);
  });
});
