import type { Detection } from "@purrimeter/protocol/messages";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide, setDetection, Sides } from "./decide-side.ts";

const START = 1_795_000_000;

function withStep(detection: Detection | undefined): Sides {
  const sides = new Sides(1);
  setDetection(sides, detection);
  return sides;
}

const fix = fc.record({
  cm: fc.integer({ min: -20_000, max: 20_000 }),
  accuracyDm: fc.integer({ min: 1, max: 1_000 }),
  afterS: fc.integer({ min: 1, max: 1_200 }),
});
type Fixes = readonly { readonly cm: number; readonly accuracyDm: number; readonly afterS: number }[];

/** Each change of side with the number of the fix that made it and of the first that spoke for it. */
function changes(sides: Sides, fixes: Fixes): string[] {
  let at = START;
  return fixes.flatMap(({ cm, accuracyDm, afterS }, i) => {
    at += afterS;
    const place = {
      at,
      latE7: 500_000_000 + cm * 0.9,
      lonE7: 50_000_000,
      accuracyDm,
      speedCmS: -1,
      courseDeg10: -1,
    };
    const side = decide(sides, 0, cm, 100_000, place, i + 1);
    return side === undefined ? [] : [`${i + 1} ${side} ${sides.evidenceFrom(0)}`];
  });
}

/** The fix at which a cat that walks out of a garden, or into it, is decided to be there. */
function decidedAt(detection: Detection, sign: 1 | -1): number {
  const rest = Array.from({ length: 20 }, () => -6_000);
  const way = Array.from({ length: 60 }, (_, i) => Math.min(8_000, i * 1_000 - 5_000));
  const fixes = [...rest, ...way].map((cm) => ({ cm: sign * cm, accuracyDm: 50, afterS: 60 }));
  const [first, second, ...more] = changes(withStep(detection), fixes);
  expect(first).toMatch(sign === 1 ? /inside/ : /outside/);
  expect(second).toMatch(sign === 1 ? /outside/ : /inside/);
  expect(more).toEqual([]);
  return Number(second?.split(" ")[0]);
}

describe("the detection step", () => {
  it("usual and none decide as before there were steps, to the bit", () => {
    fc.assert(
      fc.property(fc.array(fix, { maxLength: 80 }), (fixes) => {
        const before = new Sides(1);
        const expected = changes(before, fixes);
        for (const step of ["usual", undefined] as const) {
          const sides = withStep(step);
          expect(changes(sides, fixes)).toEqual(expected);
          expect(sides).toEqual(before);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("sets both bounds of the sequential test: quick accepts more errors than usual, and quiet fewer", () => {
    const [quick, usual, quiet] = (["quick", "usual", "quiet"] as const).map(withStep);
    for (const bound of ["wrongOutside", "wrongInside"] as const) {
      expect(quick![bound]).toBeGreaterThan(usual![bound]);
      expect(usual![bound]).toBeGreaterThan(quiet![bound]);
      expect(quiet![bound]).toBeGreaterThan(0);
      expect(quick![bound]).toBeLessThan(0.5);
    }
  });

  it.each([1, -1] as const)("quick decides no later than usual, and quiet no earlier (%i)", (sign) => {
    const [quick, usual, quiet] = (["quick", "usual", "quiet"] as const).map((one) => decidedAt(one, sign));
    expect(quick).toBeLessThanOrEqual(usual!);
    expect(usual).toBeLessThanOrEqual(quiet!);
    expect(quick).toBeLessThan(quiet!);
  });
});
