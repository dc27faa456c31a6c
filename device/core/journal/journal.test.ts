import { KIND_FIX, KIND_HEALTH, KIND_NO_SKY, KIND_TRANSITION } from "@purrimeter/protocol/entry-kind";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HEADER_BYTES, pageLayout } from "./journal-page.ts";
import { emptyJournalEntry, RECORD_BYTES } from "./journal-record.ts";
import { Journal } from "./journal.ts";
import { RamFlash } from "../flash/ram-flash.ts";

const PAGE_BYTES = 256;
const SLOTS = pageLayout(PAGE_BYTES).slots;
const EPOCH = 77;

function open(flash: RamFlash, epoch = EPOCH): Journal {
  const journal = new Journal(flash, 0, flash.pageCount);
  journal.start(epoch);
  return journal;
}

/** Numbers that the journal still holds, lowest first. */
function held(journal: Journal): number[] {
  const numbers: number[] = [];
  for (let n = journal.following(1); n > 0; n = journal.following(n + 1)) numbers.push(n);
  return numbers;
}

function kindOf(journal: Journal, number: number): number {
  const entry = emptyJournalEntry();
  if (!journal.read(number, entry) || entry.number !== number)
    throw new Error(`entry ${number} cannot be read`);
  return entry.kind;
}

function appendFixes(journal: Journal, count: number): number[] {
  return Array.from({ length: count }, () =>
    journal.appendFix({ at: 1_000, latE7: 1, lonE7: 2, accuracyDm: 3 }),
  );
}

const appendTransition = (journal: Journal): number =>
  journal.appendTransition({
    at: 1_000,
    geofence: 3,
    from: "inside",
    to: "outside",
    evidenceFrom: journal.next,
    settingsVersion: 9,
  });

describe("known sides", () => {
  it("of the time when the newest page was begun come back, and the transitions since", () => {
    const flash = new RamFlash(PAGE_BYTES, 4);
    const journal = open(flash);
    appendTransition(journal);
    journal.known = 9;
    journal.knownVersion = 4_294_967_295;
    journal.releaseThrough(1);
    appendFixes(journal, 6 * SLOTS);
    journal.known = 5;
    appendTransition(journal);
    const again = open(flash);
    const numbers: number[] = [];
    again.eachNewTransition(({ number }) => void numbers.push(number));
    expect(again).toMatchObject({ known: 9, knownVersion: 4_294_967_295 });
    expect(numbers).toEqual([6 * SLOTS + 2]);
  });
});

describe("entries", () => {
  it("come back as they were written, after a restart too", () => {
    const flash = new RamFlash(PAGE_BYTES, 4);
    const journal = open(flash);
    expect(
      journal.appendFix({
        at: 4_294_967_295,
        latE7: -900_000_000,
        lonE7: -1_800_000_000,
        accuracyDm: 65_535,
      }),
    ).toBe(1);
    const [from, to] = ["unknown", "outside"] as const;
    const settingsVersion = 4_294_967_295;
    expect(
      journal.appendTransition({ at: 5, geofence: 255, from, to, evidenceFrom: 1, settingsVersion }),
    ).toBe(2);
    expect(journal.appendNoSky(6, 65_535)).toBe(3);
    expect(journal.appendHealth(7, 100)).toBe(4);
    const entry = emptyJournalEntry();
    for (const opened of [journal, open(flash)]) {
      expect(opened.read(1, entry)).toBe(true);
      expect(entry).toMatchObject({ kind: KIND_FIX, number: 1, at: 4_294_967_295, latE7: -900_000_000 });
      expect(entry).toMatchObject({ lonE7: -1_800_000_000, accuracyDm: 65_535 });
      expect(opened.read(2, entry)).toBe(true);
      expect(entry).toMatchObject({ kind: KIND_TRANSITION, geofence: 255, from: "unknown", to: "outside" });
      expect(entry).toMatchObject({ evidenceFrom: 1, settingsVersion: 4_294_967_295 });
      expect(opened.read(3, entry)).toBe(true);
      expect(entry).toMatchObject({ kind: KIND_NO_SKY, searchedS: 65_535 });
      expect(opened.read(4, entry)).toBe(true);
      expect(entry).toMatchObject({ kind: KIND_HEALTH, batteryPercent: 100, boots: 1, dropped: 0 });
      expect(opened.read(5, entry)).toBe(false);
    }
  });

  it("are numbered on after a restart, in the same epoch, and starts are counted", () => {
    const flash = new RamFlash(PAGE_BYTES, 4);
    for (let start = 1; start <= 20; start++) {
      const journal = open(flash, start === 1 ? EPOCH : 1);
      expect([journal.epoch, journal.boots, journal.next]).toEqual([EPOCH, start, start]);
      expect(journal.appendHealth(0, 50)).toBe(start);
    }
  });
});

describe("acknowledgement", () => {
  it("frees through a number, and ignores numbers that are old or were never given", () => {
    const journal = open(new RamFlash(PAGE_BYTES, 8));
    appendFixes(journal, 20);
    journal.releaseThrough(5);
    expect([journal.oldest, journal.pending()]).toEqual([6, 15]);
    journal.releaseThrough(3);
    journal.releaseThrough(21);
    journal.releaseSpan(10, 21);
    expect([journal.oldest, journal.pending()]).toEqual([6, 15]);
    journal.releaseThrough(20);
    expect([journal.oldest, journal.pending(), journal.following(1)]).toEqual([21, 0, 0]);
  });

  it("frees a span ahead of what is missing, and joins it when the rest is stored", () => {
    const journal = open(new RamFlash(PAGE_BYTES, 8));
    appendFixes(journal, 20);
    journal.releaseSpan(11, 15);
    expect(journal.pending()).toBe(15);
    expect(held(journal)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16, 17, 18, 19, 20]);
    journal.releaseThrough(10);
    expect([journal.oldest, journal.pending()]).toEqual([16, 5]);
  });

  it("forgets a ninth span and loses nothing by it", () => {
    const journal = open(new RamFlash(PAGE_BYTES, 16));
    appendFixes(journal, 40);
    for (let n = 2; n <= 40; n += 2) journal.releaseSpan(n, n);
    expect(journal.pending()).toBe(32);
    journal.releaseThrough(40);
    expect(journal.pending()).toBe(0);
  });

  it("is remembered over a restart within a tenth of a page, without one more erasure", () => {
    const flash = new RamFlash(4096, 4);
    const journal = open(flash);
    for (let n = 1; n <= 150; n++) {
      appendFixes(journal, 1);
      journal.releaseThrough(n);
    }
    const again = open(flash);
    expect(again.pending()).toBeLessThanOrEqual(11);
    expect(Math.max(...flash.erasures)).toBe(1);
  });
});

describe("a full journal", () => {
  it("gives up its oldest fixes, counts them, and keeps every transition", () => {
    const flash = new RamFlash(PAGE_BYTES, 6);
    const journal = open(flash);
    const transitions: number[] = [];
    for (let i = 0; i < 400; i++) {
      if (i % 40 === 7) transitions.push(appendTransition(journal));
      else appendFixes(journal, 1);
    }
    for (const opened of [journal, open(flash)]) {
      const numbers = held(opened);
      expect(numbers.filter((n) => kindOf(opened, n) === KIND_TRANSITION)).toEqual(transitions);
      expect(numbers.length + opened.dropped).toBe(400);
      const fixes = numbers.filter((n) => kindOf(opened, n) === KIND_FIX);
      expect(fixes).toEqual(
        Array.from({ length: 400 - (fixes[0] ?? 0) + 1 }, (_, i) => 400 - i)
          .reverse()
          .filter((n) => !transitions.includes(n)),
      );
      expect(opened.pending()).toBe(numbers.length);
    }
  });

  it("carries no transition that is acknowledged", () => {
    const journal = open(new RamFlash(PAGE_BYTES, 4));
    const first = appendTransition(journal);
    journal.releaseThrough(first);
    appendFixes(journal, 200);
    expect(held(journal)).not.toContain(first);
  });

  it("goes on when transitions alone are more than it holds, giving up the oldest", () => {
    const journal = open(new RamFlash(PAGE_BYTES, 4));
    for (let i = 0; i < 200; i++) expect(appendTransition(journal)).toBe(i + 1);
    const numbers = held(journal);
    expect(numbers.at(-1)).toBe(200);
    expect(numbers.length).toBeGreaterThanOrEqual(2 * SLOTS - 2);
    expect(numbers.length + journal.dropped).toBe(200);
  });

  it("wears its pages alike", () => {
    const flash = new RamFlash(PAGE_BYTES, 6);
    const journal = open(flash);
    for (let i = 0; i < 6_000; i++) {
      if (i % 90 === 0) appendTransition(journal);
      else appendFixes(journal, 1);
      if (i % 1_000 === 999) journal.releaseThrough(journal.next - 1);
    }
    const most = Math.max(...flash.erasures);
    expect(most).toBeGreaterThan(100);
    expect(Math.min(...flash.erasures)).toBeGreaterThanOrEqual(most * 0.9);
  });

  it("holds a week of one-minute fixes in 64 pages of 4 KiB", () => {
    const journal = open(new RamFlash(4096, 66));
    appendFixes(journal, 7 * 24 * 60);
    expect([journal.pending(), journal.dropped, journal.oldest]).toEqual([10_080, 0, 1]);
  });
});

describe("flipped bits", () => {
  it("in any bit of a record are found: the entry is a hole, its neighbours stay, its number is not given again", () => {
    for (let bit = 0; bit < RECORD_BYTES * 8; bit++) {
      const flash = new RamFlash(PAGE_BYTES, 4);
      appendFixes(open(flash), 3);
      flash.flipBit(0, HEADER_BYTES + 2 * RECORD_BYTES + (bit >> 3), bit & 7);
      const journal = open(flash);
      expect(held(journal)).toEqual([1, 2]);
      expect(journal.appendFix({ at: 1, latE7: 2, lonE7: 3, accuracyDm: 4 })).toBe(4);
      journal.releaseThrough(2);
      expect(journal.oldest).toBe(4);
    }
  });

  it("in any bit of a page's header lose nothing", () => {
    for (let bit = 0; bit < HEADER_BYTES * 8; bit++) {
      for (const at of [0, PAGE_BYTES - HEADER_BYTES]) {
        const flash = new RamFlash(PAGE_BYTES, 4);
        appendFixes(open(flash), SLOTS + 2);
        flash.flipBit(1, at + (bit >> 3), bit & 7);
        const journal = open(flash);
        expect([journal.epoch, journal.next, journal.pending()]).toEqual([EPOCH, SLOTS + 3, SLOTS + 2]);
      }
    }
  });

  it("in a mark only send a few entries again", () => {
    const flash = new RamFlash(PAGE_BYTES, 4);
    const journal = open(flash);
    appendFixes(journal, 5);
    journal.releaseThrough(4);
    flash.flipBit(0, pageLayout(PAGE_BYTES).marksAt, 2);
    expect(held(open(flash))).toEqual([1, 2, 3, 4, 5]);
  });

  it("in an erased slot cost an entry's place and no entry", () => {
    const flash = new RamFlash(PAGE_BYTES, 4);
    const journal = open(flash);
    appendFixes(journal, 1);
    flash.flipBit(0, HEADER_BYTES + RECORD_BYTES + 4, 0);
    flash.flipBit(0, HEADER_BYTES + RECORD_BYTES + 22, 7);
    const into = { ...emptyJournalEntry() };
    let number = 0;
    expect(
      () => (number = open(flash).appendFix({ at: 9, latE7: 8, lonE7: 7, accuracyDm: 6 })),
    ).not.toThrow();
    expect(open(flash).read(number, into)).toBe(true);
    expect(into).toMatchObject({ at: 9, latE7: 8, lonE7: 7, accuracyDm: 6 });
  });
});

/** What a run that was cut had been told. */
interface Witness {
  readonly returned: Map<number, number>;
  released: number;
}

/** Appends and acknowledges by a script of steps until its end or a cut. */
function run(flash: RamFlash, script: readonly number[], witness: Witness): void {
  const journal = open(flash);
  const note = (number: number, kind: number): void => {
    if (witness.returned.has(number)) throw new Error(`number ${number} was given twice`);
    witness.returned.set(number, kind);
  };
  for (const step of script) {
    if (step < 6)
      note(journal.appendFix({ at: witness.returned.size, latE7: 1, lonE7: 2, accuracyDm: 3 }), KIND_FIX);
    else if (step < 7) note(appendTransition(journal), KIND_TRANSITION);
    else {
      const through = Math.max(witness.released, journal.next - step);
      witness.released = through;
      journal.releaseThrough(through);
    }
  }
}

function runUntilCut(flash: RamFlash, script: readonly number[], witness: Witness): void {
  try {
    run(flash, script, witness);
  } catch (error) {
    if (!flash.isCut) throw error;
  }
  flash.restorePower();
}

/** Everything that must hold after any cut; plain comparisons, because it runs tens of thousands of times. */
function verify(flash: RamFlash, witness: Witness): void {
  const journal = open(flash);
  const highest = Math.max(0, ...witness.returned.keys());
  if (highest > 0 && journal.epoch !== EPOCH) throw new Error("the epoch changed");
  if (journal.next <= highest) throw new Error(`${journal.next} comes after ${highest}`);
  const numbers = new Set(held(journal));
  let missing = 0;
  let oldestFix = Infinity;
  for (const [number, kind] of [...witness.returned].reverse()) {
    if (number <= witness.released) continue;
    const isThere = numbers.has(number);
    if (isThere && kindOf(journal, number) !== kind) throw new Error(`${number} is another kind of entry`);
    if (isThere && kind === KIND_FIX) oldestFix = number;
    if (isThere) continue;
    missing++;
    if (kind === KIND_TRANSITION) throw new Error(`transition ${number} is lost`);
    if (number > oldestFix) throw new Error(`fix ${number} is lost and ${oldestFix} is not`);
  }
  if (missing > journal.dropped) throw new Error(`${missing} lost, ${journal.dropped} counted`);
}

const SCRIPT = Array.from({ length: 60 }, (_, i) => (i % 9 === 4 ? 6 : i % 23 === 22 ? 12 : 0));

describe("a power cut", () => {
  it.each([0xff, 0x55])("at any byte of any write or erasure loses nothing (torn bits %i)", (tornBits) => {
    const whole = new RamFlash(PAGE_BYTES, 4);
    run(whole, SCRIPT, { returned: new Map(), released: 0 });
    for (let cut = 0; cut < whole.bytesTouched; cut++) {
      const flash = new RamFlash(PAGE_BYTES, 4);
      const witness: Witness = { returned: new Map(), released: 0 };
      flash.cutAfter(cut, tornBits);
      runUntilCut(flash, SCRIPT, witness);
      verify(flash, witness);
      run(flash, [0], witness);
      verify(flash, witness);
    }
  });

  it("after a power cut after a power cut loses nothing either", () => {
    const step = fc.integer({ min: 0, max: 20 });
    const life = fc.record({
      script: fc.array(step, { maxLength: 60 }),
      cut: fc.nat(3_000),
      tornBits: fc.nat(255),
    });
    fc.assert(
      fc.property(
        fc.array(life, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 3, max: 6 }),
        (lives, pages) => {
          const flash = new RamFlash(PAGE_BYTES, pages);
          const witness: Witness = { returned: new Map(), released: 0 };
          for (const { script, cut, tornBits } of lives) {
            flash.cutAfter(cut, tornBits);
            runUntilCut(flash, script, witness);
            verifyUnlessCrowded(flash, witness);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** Scripts of mere transitions may be more than such a small journal holds. */
function verifyUnlessCrowded(flash: RamFlash, witness: Witness): void {
  const transitions = [...witness.returned].filter(
    ([n, kind]) => n > witness.released && kind === KIND_TRANSITION,
  );
  if (transitions.length < SLOTS - 1) verify(flash, witness);
  else open(flash);
}
