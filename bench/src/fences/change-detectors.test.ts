import { describe, expect, it } from "vitest";
import { cusum, finiteMovingAverage, shiryaev } from "./change-detectors.ts";
import type { PeerRule } from "./peer-tag.ts";

/** Fixes a minute apart so far beyond the edge. */
function decided(rule: PeerRule, metres: readonly number[]): boolean[] {
  return metres.map((beyondM) => rule({ beyondM, claimedM: 4, passedS: 60 }));
}

const HOME = Array<number>(30).fill(-40);

describe.each([
  ["the moving average", () => finiteMovingAverage(9)],
  ["CUSUM", () => cusum(9)],
  ["Shiryaev", () => shiryaev(0.001)],
])("%s", (_, make) => {
  it("says nothing of a cat at home, nor of one wild fix", () => {
    expect(decided(make(), [...HOME, 500, ...HOME])).not.toContain(true);
  });

  it.each([30, 5_000])("finds a cat %i m beyond within five fixes, and its return", (beyondM) => {
    const rule = make();
    decided(rule, HOME);
    expect(decided(rule, Array<number>(5).fill(beyondM)).at(-1)).toBe(true);
    expect(decided(rule, Array<number>(10).fill(-40)).at(-1)).toBe(false);
  });
});

it("a higher threshold waits longer", () => {
  const fixesUntil = (rule: PeerRule): number =>
    decided(rule, [...HOME, ...Array<number>(20).fill(40)]).indexOf(true);
  expect(fixesUntil(cusum(16))).toBeGreaterThan(fixesUntil(cusum(3)));
  expect(fixesUntil(shiryaev(1e-7))).toBeGreaterThan(fixesUntil(shiryaev(0.1)));
});
