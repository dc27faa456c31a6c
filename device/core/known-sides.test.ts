import type { GeofenceSetting, Settings } from "@purrimeter/protocol/messages";
import { encodeSettings } from "@purrimeter/protocol/settings";
import type { GeofenceRef, LatE7, LonE7 } from "@purrimeter/protocol/values";
import { describe, expect, it } from "vitest";
import { RamFlash } from "./flash/ram-flash.ts";
import { Journal } from "./journal/journal.ts";
import { keptSides, knownSide, withKnownSide } from "./known-sides.ts";
import { SettingsStore, settingsPages } from "./settings/settings-store.ts";

const PAGE_BYTES = 512;
const TORN_BITS = [0, 0x55, 0xff];
const circle: GeofenceSetting = {
  kind: "circle",
  ref: 1 as GeofenceRef,
  latE7: 1 as LatE7,
  lonE7: 2 as LonE7,
  radiusCm: 7_500,
};
const settings = (version: number): Settings => ({
  version,
  fixIntervalS: 60,
  reportIntervalS: 600,
  geofences: [circle],
});

/** What is known of all eight geofences: inside, outside and none in turn; sixteen bits. */
const OLD = [..."ioioi--o"].reduce((known, side, i) => withKnownSide(known, i, sideOf(side)), 0);
const NEW = [..."oi-oiioi"].reduce((known, side, i) => withKnownSide(known, i, sideOf(side)), 0);

function sideOf(letter: string): "inside" | "outside" | null {
  return letter === "i" ? "inside" : letter === "o" ? "outside" : null;
}

/** The program that the power cut ends. */
function untilCut(flash: RamFlash, act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!flash.isCut) throw error;
  }
  flash.restorePower();
}

describe("last known sides", () => {
  it("of eight geofences take sixteen bits, and move with their geofences", () => {
    expect(OLD).toBeLessThan(65_536);
    expect(Array.from({ length: 8 }, (_, i) => knownSide(OLD, i))).toEqual([..."ioioi--o"].map(sideOf));
    const moved = keptSides(OLD, [7, -1, 0]);
    expect([0, 1, 2, 3].map((i) => knownSide(moved, i))).toEqual(["outside", null, "inside", null]);
  });
});

describe("a power cut at any byte of the settings' slot", () => {
  function open(flash: RamFlash): SettingsStore {
    const store = new SettingsStore(flash, 0);
    store.start();
    return store;
  }
  function offer(flash: RamFlash, version: number, known: number): void {
    const store = open(flash);
    store.offer(encodeSettings(settings(version)), () => void (store.known = known));
  }
  function before(): RamFlash {
    const flash = new RamFlash(PAGE_BYTES, settingsPages(PAGE_BYTES));
    offer(flash, 1, OLD);
    return flash;
  }

  it.each(TORN_BITS)("keeps the sides that belong to the settings that are there (torn bits %i)", (torn) => {
    const whole = before();
    const touched = whole.bytesTouched;
    offer(whole, 2, NEW);
    const seen = new Set<number>();
    for (let cut = 0; cut <= whole.bytesTouched - touched; cut++) {
      const flash = before();
      flash.cutAfter(cut, torn);
      untilCut(flash, () => offer(flash, 2, NEW));
      const { current, known } = open(flash);
      expect([current?.version, known]).toEqual(current?.version === 2 ? [2, NEW] : [1, OLD]);
      seen.add(known);
    }
    expect(seen).toEqual(new Set([OLD, NEW]));
  });
});

describe("a power cut at any byte of a page's header", () => {
  function open(flash: RamFlash): Journal {
    const journal = new Journal(flash, 0, flash.pageCount);
    journal.start(77);
    return journal;
  }
  const fix = { at: 1_000, latE7: 1, lonE7: 2, accuracyDm: 3 };

  /** A journal whose first page is full, begun with OLD known; the next entry opens a page with NEW. */
  function before(): { readonly flash: RamFlash; readonly journal: Journal } {
    const flash = new RamFlash(PAGE_BYTES, 4);
    const journal = open(flash);
    journal.known = OLD;
    journal.knownVersion = 1;
    const erased = (): number => flash.erasures.reduce((sum, one) => sum + one, 0);
    for (const pages = erased() + 1; erased() < pages;) journal.appendFix(fix);
    while ((journal.next - 1) % slots(flash) !== 0) journal.appendFix(fix);
    journal.known = NEW;
    journal.knownVersion = 2;
    return { flash, journal };
  }
  /** Entries of a page: those before the second page was opened. */
  function slots(flash: RamFlash): number {
    const copy = new RamFlash(flash.pageBytes, 4);
    const journal = open(copy);
    const pages = copy.erasures.reduce((sum, one) => sum + one, 0);
    let count = 0;
    while (copy.erasures.reduce((sum, one) => sum + one, 0) === pages) {
      journal.appendFix(fix);
      count++;
    }
    return count - 1;
  }

  it.each(TORN_BITS)("keeps the sides with the version that they are of (torn bits %i)", (torn) => {
    const whole = before();
    const touched = whole.flash.bytesTouched;
    whole.journal.appendFix(fix);
    const seen = new Set<number>();
    for (let cut = 0; cut <= whole.flash.bytesTouched - touched; cut++) {
      const { flash, journal } = before();
      flash.cutAfter(cut, torn);
      untilCut(flash, () => void journal.appendFix(fix));
      const { known, knownVersion } = open(flash);
      expect([knownVersion, known]).toEqual(knownVersion === 2 ? [2, NEW] : [1, OLD]);
      seen.add(known);
    }
    expect(seen).toEqual(new Set([OLD, NEW]));
  });
});
