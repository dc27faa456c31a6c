import { KIND_FIX, KIND_HEALTH, KIND_NO_SKY, KIND_TRANSITION } from "@purrimeter/protocol/entry-kind";
import { encodeSettings } from "@purrimeter/protocol/settings";
import type { GeofenceRef, LatE7, LonE7 } from "@purrimeter/protocol/values";
import { describe, expect, it } from "vitest";
import { acceptReading, type Fix, FixFilterState } from "./nmea/fix-filter.ts";
import { HEADER_BYTES } from "./journal/journal-page.ts";
import { emptyJournalEntry, RECORD_BYTES } from "./journal/journal-record.ts";
import { Journal } from "./journal/journal.ts";
import { RamFlash } from "./flash/ram-flash.ts";
import { emptyReading } from "./nmea/reading.ts";
import { nmea, NOON_S, Rig, sentence } from "./testing/tag-rig.ts";

const PLACE = "5200.0000,N,00500.0000,E";
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const epoch = (utcS: number, lat = 52, lon = 5): string => new TextDecoder().decode(nmea(utcS, lat, lon));
const rmc = (time: string, date: string): string =>
  sentence(`GNRMC,${time}.00,A,${PLACE},0.10,0.0,${date},,,A`) +
  sentence(`GNGGA,${time}.00,${PLACE},1,09,1.0,80.0,M,47.0,M,,`);

/** A tag that has its side after five minutes, and settings with a zone of 75 m. */
function settled(): Rig {
  const rig = new Rig();
  rig.firmware.start();
  rig.connect();
  const place = { latE7: 520_000_000 as LatE7, lonE7: 50_000_000 as LonE7 };
  const zone = { kind: "circle" as const, ref: 3 as GeofenceRef, ...place, radiusCm: 7_500 };
  rig.hear(
    encodeSettings({ version: 1, fixIntervalS: 60, reportIntervalS: 300, geofences: [zone] }),
    "settings",
  );
  rig.pass(600);
  return rig;
}

const soon = NOON_S + 700;

describe("what the receiver sends", () => {
  it.each([
    ["wrong checksums", epoch(soon).replaceAll(/\*../g, "*00")],
    ["a cut line", epoch(soon).slice(0, 40)],
    ["a line of 9,999 characters", `$GNRMC,${"1".repeat(9_990)}\r\n`],
    ["a jump to 1980", rmc("000000", "060180")],
    ["a jump to 2038", rmc("031407", "190138")],
    ["a week rollover", epoch(soon - 1_024 * 7 * 86_400)],
    ["0/0", epoch(soon, 0, 0)],
    ["a negative accuracy", sentence("GNGST,121140.00,1,1,1,0,-5.0,-5.0,9") + epoch(soon)],
    ["a negative HDOP", epoch(soon).replaceAll(",1.0,80.0", ",-1,80.0")],
    ["NaN", epoch(soon).replaceAll("5200.", "NaN.")],
    ["a second of all bytes", Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join("")],
  ])("does not stop the tag, move its clock or its cat: %s", (_, text) => {
    const rig = settled();
    const before = rig.cloud.stored.size;
    const bytes = bytesOf(text);
    rig.isReceiving = true;
    for (let i = 0; i < 5; i++) rig.firmware.gnssBytes(bytes, bytes.length);
    rig.pass(3_600);
    expect(rig.cloud.stored.size - before).toBeGreaterThan(3);
    expect(Math.abs(rig.utcS - (NOON_S + rig.nowMs / 1_000))).toBeLessThan(120);
    const entries = [...rig.cloud.stored.values()];
    const fixes = entries.flatMap((entry) => (entry.kind === "fix" ? [entry] : []));
    for (const { latE7, lonE7, accuracyDm } of fixes) {
      expect(Math.abs(latE7 - 520_000_000) + Math.abs(lonE7 - 50_000_000)).toBeLessThan(100);
      expect(accuracyDm).toBeGreaterThan(0);
    }
    const sides = entries.flatMap((entry) => (entry.kind === "transition" ? [entry.to] : []));
    expect(sides).toEqual(["inside"]);
  });

  it.each([-1, -32_768, Number.NaN])("an accuracy of %d is taken for an unknown one", (accuracyDm) => {
    const reading = emptyReading();
    Object.assign(reading, { valid: true, utcS: NOON_S, latE7: 520_000_000, lonE7: 50_000_000, accuracyDm });
    const fix = { at: 0, latE7: 0, lonE7: 0, accuracyDm: 0 } as unknown as Fix;
    expect(acceptReading(new FixFilterState(), reading, fix)).toBe("accepted");
    expect(fix.accuracyDm).toBe(80);
  });
});

describe("bits that flip in flash", () => {
  const appendOf = {
    [KIND_FIX]: (journal: Journal) => journal.appendFix({ at: 9, latE7: 1, lonE7: 2, accuracyDm: 3 }),
    [KIND_TRANSITION]: (journal: Journal) =>
      journal.appendTransition({
        at: 9,
        geofence: 3,
        from: "inside",
        to: "outside",
        evidenceFrom: 1,
        settingsVersion: 9,
      }),
    [KIND_NO_SKY]: (journal: Journal) => journal.appendNoSky(9, 60),
    [KIND_HEALTH]: (journal: Journal) => journal.appendHealth(9, 70),
  };

  it.each(Object.entries(appendOf))("are found in every field of a record of kind %s", (_, append) => {
    for (let bit = 0; bit < RECORD_BYTES * 8; bit++) {
      const flash = new RamFlash(256, 4);
      const first = new Journal(flash, 0, flash.pageCount);
      first.start(77);
      append(first);
      append(first);
      flash.flipBit(0, HEADER_BYTES + RECORD_BYTES + (bit >> 3), bit & 7);
      const journal = new Journal(flash, 0, flash.pageCount);
      journal.start(77);
      const entry = emptyJournalEntry();
      expect(journal.read(1, entry) && entry.number).toBe(1);
      expect(journal.following(2)).toBe(0);
      expect(append(journal)).toBe(3);
    }
  });
});
