import { KIND_FIX } from "@purrimeter/protocol/entry-kind";
import { expect, it } from "vitest";
import { emptyJournalEntry } from "./journal-record.ts";
import { Journal } from "./journal.ts";
import { RamFlash } from "../flash/ram-flash.ts";

function openOn(flash: RamFlash): Journal {
  const journal = new Journal(flash, 0, flash.pageCount);
  journal.start(77);
  return journal;
}

it.each([
  [60, 0],
  [1_400, 900],
  [5_080, 3_540],
  [-1, -1],
])("a fix says that the tag goes at %d cm/s towards %d", (speedCmS, courseDeg10) => {
  const flash = new RamFlash(256, 4);
  const number = openOn(flash).appendFix({
    at: 1,
    latE7: 2,
    lonE7: 3,
    accuracyDm: 65_535,
    speedCmS,
    courseDeg10,
  });
  const entry = emptyJournalEntry();
  expect(openOn(flash).read(number, entry)).toBe(true);
  expect(entry).toMatchObject({ kind: KIND_FIX, number, at: 1, accuracyDm: 65_535 });
  if (speedCmS > 0) expect(entry).toMatchObject({ speedCmS, courseDeg10 });
  else expect([entry.speedCmS < 0, entry.courseDeg10 < 0]).toEqual([true, true]);
});
