import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { arbitraryReport } from "./report.arbitrary.ts";
import { decodeReport, encodeReport } from "./report.ts";

const CASES = 100_000 * inject("testTimes");

/** Bytes that look like a report for long: a real one with a few bytes changed, cut or repeated. */
const nearlyReport = fc
  .tuple(arbitraryReport, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 4 }), fc.nat())
  .map(([report, changes, cut]) => {
    const bytes = encodeReport(report);
    for (const [place, value] of changes) bytes[place % bytes.length] = value;
    return cut % 3 === 0 ? bytes.slice(0, cut % (bytes.length + 1)) : bytes;
  });

describe("decodeReport never throws", () => {
  it("on any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2100 }), (bytes) => {
        expect(typeof decodeReport(bytes).ok).toBe("boolean");
      }),
      { numRuns: CASES },
    );
  });

  it("on damaged reports, and what it accepts has one spelling", () => {
    fc.assert(
      fc.property(nearlyReport, (bytes) => {
        const decoded = decodeReport(bytes);
        if (!decoded.ok) return;
        const again = encodeReport(decoded.value);
        // What version 2 skips is not written again.
        if (bytes[2] === 1) expect(again).toEqual(bytes);
        else expect(decodeReport(again)).toEqual(decoded);
      }),
      { numRuns: CASES },
    );
  });
});
