import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Entry } from "@purrimeter/protocol/entry";
import type { Report } from "@purrimeter/protocol/messages";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { fix, later, NOON, reportOf, transition } from "../testing/contract-values.ts";
import { MemoryTag } from "../testing/memory-tag.ts";
import { utcDay } from "../utc-day.ts";
import { MAX_ENTRIES_A_DAY } from "./day-room.ts";
import type { Doubt } from "./doubt.ts";
import { NEVER } from "./tag-progress.ts";

/** Numbers of a journal: two days of entries, twenty minutes apart. */
const LAST = 90;
const JOURNAL: readonly Entry[] = Array.from({ length: LAST }, (_, i) => entryOf(i + 1));

function entryOf(number: number): Entry {
  const at = later(NOON, number * 1_200);
  if (number % 7 === 0) return { ...transition(number, 3, "inside", "outside", 1), at };
  if (number % 11 === 0) return { kind: "health", at, batteryPercent: 100 - number, boots: 1, dropped: 0 };
  if (number % 13 === 0) return { kind: "no-sky", at, searchedS: 60 };
  return fix(number, at);
}

/** The same of every report that holds the entry, as the bridge's is. */
function doubtOf(number: number): Doubt | undefined {
  return number % 17 === 0 || number === LAST ? "too-fast" : undefined;
}

/** The journal's entries `first` to `last`. */
function reportFrom(first: number, last: number, oldest = 1, epoch = 7): Report {
  return reportOf(first, JOURNAL.slice(first - 1, last), oldest, epoch);
}

function record(tag: MemoryTag, report: Report) {
  const suspect = report.entries.map((_, i) => doubtOf(report.first + i));
  return tag.record(report, { at: NOON, suspect });
}

const span = fc
  .tuple(fc.integer({ min: 1, max: LAST }), fc.integer({ min: 0, max: 30 }))
  .map(([first, more]) => ({ first, last: Math.min(first + more, LAST) }));
const spans = fc.array(span, { maxLength: 20 });

/** Some reports, in any order, among them all that a journal holds. */
const wholeJournal = spans.chain((some) => {
  const all = [1, 21, 41, 61, 81].map((first) => ({ first, last: Math.min(first + 19, LAST) }));
  return fc.shuffledSubarray([...some, ...all], { minLength: some.length + all.length });
});

describe("applyReport", () => {
  test("a day takes so many entries; more are acknowledged and not stored, and other days take theirs", () => {
    const tag = new MemoryTag();
    const at = (number: number): number => (number % 10 === 0 ? later(NOON, -86_400) : NOON);
    let overfull = 0;
    let number = 1;
    while (number < 40_000) {
      const first = number;
      const entries = Array.from({ length: 100 }, () => fix(number, at(number++) as UnixSeconds));
      const outcome = tag.record(reportOf(first, entries, 1), { at: NOON, suspect: undefined });
      expect(outcome).toMatchObject({ kind: "stored", through: number - 1 });
      if (outcome.kind === "stored") overfull += outcome.overfull ?? 0;
    }
    expect([tag.onDay.get(utcDay(NOON)), tag.onDay.get(utcDay(NOON) - 1)]).toEqual([
      MAX_ENTRIES_A_DAY,
      4_000,
    ]);
    expect(overfull).toBe(36_000 - MAX_ENTRIES_A_DAY);
  });

  test("any order, repetition and overlap leaves what the orderly way leaves", () => {
    const orderly = new MemoryTag();
    record(orderly, reportFrom(1, LAST));
    fc.assert(
      fc.property(wholeJournal, (reports) => {
        const tag = new MemoryTag();
        for (const { first, last } of reports) record(tag, reportFrom(first, last));
        expect(tag.progress).toEqual(orderly.progress);
        expect(new Map([...tag.entries].sort())).toEqual(new Map([...orderly.entries].sort()));
        expect(new Map([...tag.events].sort())).toEqual(new Map([...orderly.events].sort()));
        expect(tag.holesOf(7)).toEqual([]);
      }),
    );
    expect(orderly.entries.size).toBe(LAST);
    expect([...orderly.entries.values()].every((stored) => stored.length === 1)).toBe(true);
    expect(orderly.events.size).toBe(JOURNAL.filter(({ kind }) => kind === "transition").length);
    expect(orderly.progress).toMatchObject({ latestNumber: LAST - 1, batteryPercent: 12 });
  });

  test("the answer counts each entry once, and says through which number all is settled", () => {
    fc.assert(
      fc.property(spans, (reports) => {
        const tag = new MemoryTag();
        const seen = new Set<number>();
        for (const { first, last } of reports) {
          const outcome = record(tag, reportFrom(first, last));
          const before = seen.size;
          for (let number = first; number <= last; number++) seen.add(number);
          let through = 0;
          while (seen.has(through + 1)) through++;
          const stored = seen.size - before;
          const duplicates = last - first + 1 - stored;
          expect(outcome).toMatchObject({ kind: "stored", through, stored, duplicates, withheld: 0 });
          expect(outcome.kind === "stored" && outcome.ahead !== undefined).toBe(last > through);
        }
      }),
    );
  });

  test("every settled number is stored or in a hole, and none is both", () => {
    const step = fc.tuple(span, fc.integer({ min: 0, max: 40 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const tag = new MemoryTag();
        for (const [{ first, last }, below] of steps)
          record(tag, reportFrom(first, last, Math.max(1, first - below)));
        const { settled } = tag.progress.numbers;
        const numbers = [...tag.holesOf(7)];
        for (let number = 1; number <= settled; number++)
          if (tag.entries.has(`7/${number}`)) numbers.push(number);
        expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: settled }, (_, i) => i + 1));
      }),
    );
  });

  test("epochs that alternate do not mix, and are known again when they come back", () => {
    const step = fc.tuple(span, fc.integer({ min: 1, max: 4 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const tag = new MemoryTag();
        const wanted = new Set<string>();
        for (const [{ first, last }, epoch] of steps) {
          record(tag, reportFrom(first, last, 1, epoch));
          for (let number = first; number <= last; number++) wanted.add(`${epoch}/${number}`);
        }
        expect(new Set(tag.entries.keys())).toEqual(wanted);
        expect([...tag.entries.values()].every((stored) => stored.length === 1)).toBe(true);
      }),
    );
  });

  test("entries from before a change of owner are acknowledged, never stored, and no hole", () => {
    fc.assert(
      fc.property(wholeJournal, fc.integer({ min: 1, max: LAST }), (reports, from) => {
        const tag = new MemoryTag(JOURNAL[from - 1]?.at);
        for (const { first, last } of reports) record(tag, reportFrom(first, last, Math.max(1, from - 5)));
        expect(tag.progress.numbers.settled).toBe(LAST);
        const numbers = [...tag.entries.keys()].map((key) => Number(key.slice(2))).sort((a, b) => a - b);
        expect(numbers).toEqual(Array.from({ length: LAST - from + 1 }, (_, i) => from + i));
      }),
    );
  });

  test("pieces end at midnight, and the one with the newest believed fix is known", () => {
    fc.assert(
      fc.property(spans, (reports) => {
        const tag = new MemoryTag();
        for (const { first, last } of reports) record(tag, reportFrom(first, last));
        const { latestAt, latestNumber } = tag.progress;
        if (latestAt === NEVER) expect(tag.latestPiece).toBeUndefined();
        else {
          expect(tag.days[tag.latestPiece ?? -1]).toBe(utcDay(latestAt));
          expect(tag.entries.get(`7/${latestNumber}`)).toEqual([entryOf(latestNumber)]);
        }
      }),
    );
  });

  test("a report that would leave too many holes changes nothing that is stored", () => {
    const tag = new MemoryTag();
    let number = 1;
    const every = (at: number) => reportOf(at, [fix(at)]);
    while (tag.record(every(number), { at: NOON, suspect: undefined }).kind === "stored") number += 2;
    const spansBefore = tag.progress.numbers.spans.slice();
    const stored = tag.entries.size;
    const outcome = tag.record(every(number), { at: later(NOON, 5), suspect: undefined });
    expect(outcome).toEqual({ kind: "refused", reason: "busy" });
    expect(tag.progress.numbers.spans).toEqual(spansBefore);
    expect(tag.entries.size).toBe(stored);
    expect(tag.progress.lastHeardAt).toBe(NOON + 5);
  });

  test("a doubted transition is an event that alerts nobody, a doubted battery is not believed", () => {
    const tag = new MemoryTag();
    const health = { kind: "health", at: NOON, batteryPercent: 50, boots: 1, dropped: 0 } as const;
    const report = reportOf(1, [transition(1, 0, "inside", "outside", 1), health, fix(3)]);
    tag.record(report, { at: NOON, suspect: ["future", "future", "null-island"] });
    expect(tag.events).toEqual(new Map([["7/1", false]]));
    expect(tag.progress).toMatchObject({ batteryPercent: null, latestAt: NEVER });
    expect(tag.latestPiece).toBeUndefined();
  });
});
