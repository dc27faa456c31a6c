import { describe, expect, it } from "vitest";
import { fenceLine } from "./fence-line.ts";
import { RULES } from "./fence-rules.ts";
import { emptyScore } from "./fence-score.ts";
import { QUICK, worldsOf } from "./worlds.ts";

describe("a line of the benchmark", () => {
  it("has null for a delay that does not exist", () => {
    const of = { world: "beyond", case: "x", rule: "ours", pace: "own", radiusM: 75, intervalS: 60 } as const;
    expect(fenceLine(of, { ...emptyScore(), days: 1 })).toMatchObject({
      ...{ bench: "fences", ...of, catDays: 1, falseAlarmsPerCatDay: 0, silentExits: 0, exits: 0, missed: 0 },
      ...{ delayMedianS: null, delayP95S: null, noSideShare: 0, wrongSideShare: 0 },
    });
  });

  it("is of one of the published worlds", () => {
    const names = new Set(worldsOf(QUICK, "reporting").flatMap(({ name, radiiM }) => radiiM.map(name)));
    const carried = [0.7, 1.5, 3, 5, 14, 25].map((speed) => `carried-${speed}`);
    const small = [10, 15, 20, 25, 30, 40, 50, 75].map((radiusM) => `small-${radiusM}`);
    for (const name of ["invented", "recorded", "beyond", "biased", "next-door", ...carried, ...small])
      expect(names).toContain(name);
  });

  it("is of one of the published rules, or of a curve", () => {
    const plain = RULES.filter(({ isOfCurve }) => !isOfCurve).map(({ name }) => name);
    expect(plain).toEqual(["naive", "gate", "two in a row", "ours"]);
  });
});
