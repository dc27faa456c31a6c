import { describe, expect, it } from "vitest";
import { DEEPEST_M, expectedErrors, USUAL_QUALITY } from "./expected-errors.ts";
import { EXPECTED_ERRORS_TABLE } from "./expected-errors-table.ts";
import { describeSizeWarning, qualityOf, sizeWarning } from "./size-warning.ts";

/** Fixes that claim so many metres, one every so many seconds. */
const fixes = (count: number, claimM: number, everyS = 60) =>
  Array.from({ length: count }, (_, i) => ({ at: 1_790_000_000 + i * everyS, accuracyDm: claimM * 10 }));

describe("what a tag gets wrong in a small zone", () => {
  it("is the table's where the table says it", () => {
    for (const { claimMedianM, claimP90M, bySeconds } of EXPECTED_ERRORS_TABLE) {
      for (const [seconds, rows] of Object.entries(bySeconds)) {
        for (const [depthM, noSideShare, wrongSideShare, falseAlarmsPerWeek] of rows) {
          const quality = { claimMedianM, claimP90M, intervalS: Number(seconds) };
          const errors = expectedErrors(depthM, quality);
          expect(errors.noSideShare).toBeCloseTo(noSideShare, 9);
          expect(errors.wrongSideShare).toBeCloseTo(wrongSideShare, 9);
          expect(errors.falseAlarmsPerWeek).toBeCloseTo(falseAlarmsPerWeek, 9);
        }
      }
    }
  });

  it("lies between the table's figures elsewhere, and is that of the ends beyond them", () => {
    const bad = (depthM: number, quality = USUAL_QUALITY): number => {
      const { noSideShare, wrongSideShare } = expectedErrors(depthM, quality);
      return noSideShare + wrongSideShare;
    };
    expect(bad(35)).toBeLessThan(bad(30));
    expect(bad(35)).toBeGreaterThan(bad(40));
    expect(bad(1)).toBe(bad(10));
    expect(bad(50_000)).toBe(bad(DEEPEST_M));
    const rough = { ...USUAL_QUALITY, claimMedianM: 900, claimP90M: 9_999 };
    expect(bad(50, rough)).toBeGreaterThan(bad(50));
    expect(bad(50, rough)).toBeLessThanOrEqual(1);
    expect(bad(50, { ...rough, intervalS: 1 })).toBe(bad(50, rough));
  });

  it("grows with the claims and with smaller zones", () => {
    const warns = (depthM: number, claimM: number): boolean =>
      sizeWarning(depthM, qualityOf(fixes(50, claimM))) !== undefined;
    expect([10, 20, 75, 150].map((depthM) => warns(depthM, 4))).toEqual([true, true, false, false]);
    expect([10, 20, 75, 150].map((depthM) => warns(depthM, 30))).toEqual([
      true,
      true,
      true,
      expect.any(Boolean),
    ]);
  });
});

describe("the quality of a tag's fixes", () => {
  it("is the quantiles of its claims and its usual interval, without its pauses", () => {
    const some = fixes(20, 5, 120).map((fix, i) => ({ ...fix, accuracyDm: i < 15 ? 50 : 120 }));
    const later = some.map(({ at, accuracyDm }) => ({ at: at + 86_400, accuracyDm }));
    expect(qualityOf([...some, ...later])).toEqual({
      fixes: 40,
      claimMedianM: 5,
      claimP90M: 12,
      intervalS: 120,
    });
  });

  it("is a usual receiver's where there are too few fixes", () => {
    expect(qualityOf([])).toEqual({ ...USUAL_QUALITY, fixes: 0 });
    expect(qualityOf(fixes(9, 500))).toEqual({ ...USUAL_QUALITY, fixes: 0 });
  });

  it("is a number whatever the fixes say", () => {
    for (const claimM of [0, 0.1, 9_999]) {
      const quality = qualityOf(fixes(30, claimM, 0));
      const { depthM, ...warning } = sizeWarning(10, quality) ?? { depthM: NaN };
      expect(depthM).toBe(10);
      for (const value of Object.values(warning)) expect(Number.isFinite(value)).toBe(true);
    }
  });
});

it("is a sentence", () => {
  const errors = { noSideShare: 0.02, wrongSideShare: 0.65, falseAlarmsPerWeek: 11.4 };
  const quality = { fixes: 300, claimMedianM: 4.3, claimP90M: 9, intervalS: 60 };
  expect(describeSizeWarning({ depthM: 20.2, ...quality, ...errors })).toBe(
    "At its deepest it is 20 m from its edge, too small for this tag's receiver (it claims 4.3 m): expect a wrong side or none " +
      "67 % of the time, and 11 false alarms a week.",
  );
  expect(describeSizeWarning({ depthM: 20.2, ...quality, fixes: 0, ...errors })).toContain(
    "a usual receiver:",
  );
});

it.each([
  [0.3, "hardly a false alarm a week."],
  [1.2, "1 false alarm a week."],
  [2, "2 false alarms a week."],
])("says %d false alarms as people do", (falseAlarmsPerWeek, says) => {
  const errors = { noSideShare: 0.02, wrongSideShare: 0.65, falseAlarmsPerWeek };
  const quality = { fixes: 300, claimMedianM: 4.3, claimP90M: 9, intervalS: 60 };
  expect(describeSizeWarning({ depthM: 20, ...quality, ...errors })).toMatch(says);
});
