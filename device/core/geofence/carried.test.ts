import { describe, expect, it } from "vitest";
import { decide, Sides } from "./decide-side.ts";

const START = 1_795_000_000;
const RADIUS_CM = 7_500;
const E7_PER_CM = 0.8998;

/** A receiver's error to the north and east, cm, as it wanders at rest. */
const ERRORS = [120, -310, 240, 60, -180, 330, -90, 210];

/** What a receiver says of its motion: cm/s and tenths of a degree. */
type Motion = readonly [speedCmS: number, courseDeg10: number];
const NOT_SAID: Motion = [-1, -1];

/**
 * What a zone of 75 m decides of places north of its middle, in metres, a fix every `seconds`; 5 m claimed. `motion`: what
 * the receiver says where the place is another one than before; elsewhere it says nothing.
 */
function follow(
  metres: readonly number[],
  seconds: number,
  state = new Sides(1),
  from = START,
  motion = NOT_SAID,
) {
  return metres.map((metre, i) => {
    const cm = metre * 100 + (ERRORS[i % 8] as number);
    const latE7 = 520_000_000 + Math.round(cm * E7_PER_CM);
    const lonE7 = 50_000_000 + Math.round((ERRORS[(i + 3) % 8] as number) * 1.46);
    const [speedCmS, courseDeg10] = metre === metres[i - 1] ? NOT_SAID : motion;
    const fix = { at: from + i * seconds, latE7, lonE7, accuracyDm: 50, speedCmS, courseDeg10 };
    return decide(state, 0, Math.round(Math.abs(cm)) - RADIUS_CM, RADIUS_CM, fix, i + 1);
  });
}

/** Fixes beyond the edge before a cat that lay in the middle and is carried off is told. */
function toldAfter(speedMS: number, seconds: number, motion = NOT_SAID): number {
  const way = Array.from({ length: 40 + Math.ceil(2_000 / (speedMS * seconds)) }, (_, i) =>
    Math.max(0, (i - 30) * speedMS * seconds),
  );
  const told = follow(way, seconds, new Sides(1), START, motion).indexOf("outside");
  expect(told).toBeGreaterThan(0);
  return way.slice(0, told + 1).filter((metre) => metre > 75).length;
}

describe("a cat that is carried off", () => {
  const cases = [20, 60, 120, 300].flatMap((seconds) =>
    [1.5, 3, 5, 14, 25].map((speedMS) => [speedMS, seconds] as const),
  );
  it.each(cases)(
    "at %d m/s is told within four fixes, one every %d s, and not before it crosses",
    (...how) => {
      expect(toldAfter(...how)).toBeLessThanOrEqual(4);
      expect(toldAfter(...how)).toBeGreaterThanOrEqual(2);
    },
  );

  it.each(cases)(
    "at %d m/s is told within three fixes, one every %d s, when the receiver says so",
    (...how) => {
      const motion = [Math.round(how[0] * 5) * 20, 0] as const;
      expect(toldAfter(...how, motion)).toBeLessThanOrEqual(3);
      expect(toldAfter(...how, motion)).toBeGreaterThanOrEqual(2);
    },
  );

  it.each([60, 120, 300])(
    "at 14 m/s is told although the receiver says another speed, every %d s",
    (seconds) => {
      for (const motion of [
        [60, 1_800],
        [60, 0],
        [5_080, 900],
        [5_080, 1_800],
      ] as const)
        expect(toldAfter(14, seconds, motion)).toBeLessThanOrEqual(6);
    },
  );

  it.each([60, 120, 300])(
    "and lies 5 km away after 20 min without a fix is told within four fixes",
    (seconds) => {
      const state = new Sides(1);
      follow(Array<number>(20).fill(0), seconds, state);
      expect(state.side(0)).toBe("inside");
      const after = follow(Array<number>(5).fill(5_000), seconds, state, START + 19 * seconds + 1_200);
      expect(after.indexOf("outside")).toBeGreaterThan(0);
      expect(after.indexOf("outside")).toBeLessThan(4);
    },
  );
});

describe("what is not a cat that leaves", () => {
  const home = Array<number>(20).fill(0);

  it.each([
    ["one fix 9 km off", [...home, 9_000, ...home]],
    ["two fixes 200 m off", [...home, 200, 205, ...home]],
    ["three fixes that jump about", [...home, 150, -260, 90, ...home]],
    ["a receiver that pins its place for hours", Array<number>(300).fill(0)],
  ])("%s", (_, metres) => {
    expect(follow(metres, 60)).not.toContain("outside");
  });

  it.each([
    [1_400, 0],
    [1_400, 900],
    [5_080, 1_800],
    [60, 3_540],
  ])("a cat that rests while the receiver says %d cm/s towards %d", (...motion) => {
    const still = Array.from({ length: 300 }, (_, i) => i % 2);
    expect(follow(still, 60, new Sides(1), START, motion)).not.toContain("outside");
  });

  it("one fix 9 km off that says the speed of such a step", () => {
    const metres = [...home, 9_000, ...home];
    expect(follow(metres, 600, new Sides(1), START, [1_500, 0])).not.toContain("outside");
  });

  it.each([0, 1, 19, 9_999, 65_535])("is one fix 200 m off that claims %d dm", (accuracyDm) => {
    const state = new Sides(1);
    follow(home, 60, state);
    const fix = {
      at: START + 1_200,
      latE7: 520_018_000,
      lonE7: 50_000_000,
      accuracyDm,
      speedCmS: -1,
      courseDeg10: -1,
    };
    expect(decide(state, 0, 12_500, RADIUS_CM, fix, 99)).toBeUndefined();
  });

  it("is a burst of fixes in one place after a clock that jumped a year ahead", () => {
    const state = new Sides(1);
    follow(home, 60, state);
    expect(follow(home, 1, state, START + 31_536_000)).not.toContain("outside");
    expect(state.side(0)).toBe("inside");
  });
});

it("a tag that wakes in a car is outside at its first side, not inside", () => {
  const way = Array.from({ length: 6 }, (_, i) => 2_000 + i * 840);
  expect(follow(way, 60).filter((side) => side !== undefined)).toEqual(["outside"]);
});
