import { decode as decodeCbor } from "cborg";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_REPORT_BYTES, MAX_REPORT_ENTRIES } from "../limits.ts";
import { arbitraryReport } from "./report.arbitrary.ts";
import { decodeReport, encodeReport } from "./report.ts";
import { ReportWriter } from "./report-writer.ts";
import type { Report } from "../messages.ts";

function reportOf(entries: readonly object[], first = 1): Report {
  return { epoch: 7, first, oldest: first, entries } as unknown as Report;
}

/** In version 1 there is one spelling; what version 2 skips is not written again. */
function expectSpelling(bytes: Uint8Array, report: Report): void {
  const again = encodeReport(report);
  if (bytes[2] === 1) expect(again).toEqual(bytes);
  else expect(decodeReport(again)).toEqual({ ok: true, value: report });
}

const minute = { kind: "fix", at: 1_790_000_000, latE7: 501_703_150, lonE7: -51_138_510, accuracyDm: 52 };

describe("encodeReport and decodeReport", () => {
  it("give back every report that they took", () => {
    fc.assert(
      fc.property(arbitraryReport, (report) => {
        expect(decodeReport(encodeReport(report))).toEqual({ ok: true, value: report });
      }),
    );
  });

  it("write what another CBOR library reads", () => {
    const bytes = encodeReport({ ...reportOf([minute], 30), oldest: 20 } as Report);
    const map = decodeCbor(bytes, { useMaps: true, strict: true }) as Map<number, unknown>;
    expect([...map.keys()]).toEqual([0, 1, 2, 3, 4]);
    expect([map.get(0), map.get(1), map.get(2), map.get(3)]).toEqual([1, 7, 30, 10]);
    expect(map.get(4)).toBeInstanceOf(Uint8Array);
  });

  it("cross the date line by the short way", () => {
    const west = { ...minute, lonE7: 1_799_999_900 };
    const east = { ...minute, at: minute.at + 60, lonE7: -1_799_999_900 };
    const bytes = encodeReport(reportOf([west, east]));
    expect(bytes.length).toBeLessThan(40);
    expect(decodeReport(bytes)).toMatchObject({ ok: true, value: { entries: [west, east] } });
  });

  it("accept one spelling of a report only, but for parts that are skipped and a version higher than needed", () => {
    fc.assert(
      fc.property(arbitraryReport, fc.nat(), fc.integer({ min: 1, max: 255 }), (report, place, flip) => {
        const bytes = encodeReport(report);
        bytes[place % bytes.length] = (bytes[place % bytes.length] as number) ^ flip;
        const decoded = decodeReport(bytes);
        if (decoded.ok) expectSpelling(bytes, decoded.value);
      }),
    );
  });
});

describe("version 2", () => {
  const left = { kind: "transition", at: minute.at, geofence: 3, from: "unknown", to: "outside" };
  const decided = { ...left, evidenceFrom: 1, settingsVersion: 7 };
  const versionOf = (entries: readonly object[]): number | undefined => encodeReport(reportOf(entries))[2];

  it("is used only where an entry has parts that version 1 lacks", () => {
    expect(versionOf([minute, decided])).toBe(1);
    expect(versionOf([minute, { ...decided, lastKnown: null }])).toBe(2);
    expect(versionOf([{ ...minute, speedCmS: 0 }])).toBe(2);
    expect(versionOf([{ kind: "answer", at: 0, command: 1, outcome: "done" }])).toBe(2);
  });

  it("skips optional parts and keys of tomorrow", () => {
    const head = [0xa4, 0, 2, 1, 5, 2, 9, 4];
    const fix = [0x40, 1, 2, 2, 1];
    const speed = { speedCmS: 4 };
    const bytes = Uint8Array.of(...head, 0x49, ...fix, 3, 5, 0, 99);
    expect(decodeReport(bytes)).toMatchObject({ ok: true, value: { entries: [speed] } });
    const more = Uint8Array.of(0xa6, ...bytes.slice(1), 9, 0x41, 7, 10, 0xf5);
    expect(decodeReport(more)).toMatchObject({ ok: true, value: { entries: [speed] } });
    const twice = Uint8Array.of(0xa6, ...bytes.slice(1), 9, 0x41, 7, 9, 0xf5);
    expect(decodeReport(twice)).toMatchObject({ ok: false, error: { reason: "unknown-field" } });
  });

  it("keeps optional parts inside their entry, and out of version 1", () => {
    const late = Uint8Array.of(0xa4, 0, 2, 1, 5, 2, 9, 4, 0x47, 0x40, 1, 2, 2, 1, 9, 5);
    expect(decodeReport(late)).toMatchObject({ ok: false, error: { reason: "truncated" } });
    const old = Uint8Array.of(0xa4, 0, 1, 1, 5, 2, 9, 4, 0x47, 0x40, 1, 2, 2, 1, 1, 5);
    expect(decodeReport(old)).toMatchObject({ ok: false, error: { reason: "out-of-range" } });
  });
});

describe("decodeReport refuses", () => {
  const good = encodeReport(reportOf([minute, { ...minute, at: minute.at + 60 }]));
  const reason = (bytes: Uint8Array): string => {
    const decoded = decodeReport(bytes);
    return decoded.ok ? "decoded" : `${decoded.error.reason} ${decoded.error.field}`;
  };

  it("nothing, and too much", () => {
    expect(reason(new Uint8Array(0))).toBe("empty message");
    expect(reason(new Uint8Array(MAX_REPORT_BYTES + 1))).toBe("oversized message");
  });

  it("a report cut at any byte", () => {
    for (let length = 1; length < good.length; length++) {
      expect(reason(good.slice(0, length))).toMatch(/^truncated /);
    }
  });

  it("bytes behind the report", () => {
    expect(reason(Uint8Array.of(...good, 0))).toBe("trailing-bytes message");
  });

  it("another version, whatever follows", () => {
    expect(reason(Uint8Array.of(0xa2, 0, 3, 0x63, 1, 2, 3))).toBe("unknown-version version");
    expect(reason(Uint8Array.of(0xa1, 0, 0x18, 200))).toBe("unknown-version version");
  });

  it("a map without its keys, or with a key too many", () => {
    expect(reason(Uint8Array.of(0xa1, 1, 1))).toBe("missing-field version");
    expect(reason(Uint8Array.of(0xa2, 0, 1, 1, 5))).toBe("missing-field first");
    expect(reason(Uint8Array.of(0xa3, 0, 1, 1, 5))).toBe("truncated first");
    expect(reason(Uint8Array.of(0xa3, 0, 1, 1, 5, 4, 0x40))).toBe("missing-field first");
    expect(reason(Uint8Array.of(0xa4, 0, 1, 1, 5, 2, 1, 4, 0x40))).toBe("missing-field entries");
  });

  it("integers that are longer than needed", () => {
    expect(reason(Uint8Array.of(0xa4, 0, 0x18, 1))).toBe("not-canonical version");
  });

  it("a side that is no change, spare bits, an accuracy of 0", () => {
    const head = [0xa4, 0, 1, 1, 5, 2, 9, 4];
    const at = [0x80, 0xd0, 0xac, 0xf3, 0x0e].slice(0, 5);
    expect(reason(Uint8Array.of(...head, 0x49, 0b010101, ...at, 1, 1, 1))).toBe("out-of-range side");
    expect(reason(Uint8Array.of(...head, 0x47, 0b100, ...at, 1))).toBe("out-of-range entry");
    expect(reason(Uint8Array.of(...head, 0x49, 0, ...at, 0, 0, 0))).toBe("out-of-range accuracy");
  });

  it("more entries than the limit", () => {
    const many = new Uint8Array(8 + 3 + 5 + 2 + 2 * (MAX_REPORT_ENTRIES + 1));
    const entries = many.length - 11;
    many.set([
      0xa4,
      0,
      1,
      1,
      5,
      2,
      9,
      4,
      0x59,
      entries >> 8,
      entries & 255,
      2,
      0x80,
      0xd0,
      0xac,
      0xf3,
      0x0e,
      1,
    ]);
    for (let i = 18; i < many.length; i += 2) many.set([0x82, 1], i);
    expect(reason(many)).toMatch(/^too-many entries/);
  });
});

describe("ReportWriter", () => {
  it("says when an entry does not fit, and adds nothing then", () => {
    const writer = new ReportWriter();
    writer.begin(1, 1, 1);
    let taken = 0;
    while (
      writer.addFix({
        at: minute.at + taken * 60,
        latE7: (taken % 2) * 900_000_000,
        lonE7: -taken * 20_000_000,
        accuracyDm: 60_000,
      })
    )
      taken++;
    const decoded = decodeReport(writer.bytes.slice(0, writer.finish()));
    expect(taken).toBeGreaterThan(100);
    expect(decoded.ok && decoded.value.entries.length).toBe(taken);
  });

  it("begins a new report when the clock jumps by more than 31 bits", () => {
    const writer = new ReportWriter();
    writer.begin(1, 1, 1);
    expect(writer.addNoSky(0, 1)).toBe(true);
    expect(writer.addNoSky(4_000_000_000, 1)).toBe(false);
    expect(writer.count).toBe(1);
  });
});
