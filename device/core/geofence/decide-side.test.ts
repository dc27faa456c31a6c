import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide as decideFix, EXACT_WITHIN_CM, expire, Sides } from "./decide-side.ts";

const START = 1_795_000_000;
const DEEP_CM = 7_500;

/** E7 of a degree of latitude per cm: the fixes lie on the meridian through the zone's middle. */
const E7_PER_CM = 0.8998;

/** A fix so far beyond the edge of a circle of 75 m, to the north of its middle. */
function decide(
  ...[state, index, cm, accuracyDm, at, number]: [Sides, number, number, number, number, number]
) {
  const latE7 = 520_000_000 + Math.round((cm + DEEP_CM) * E7_PER_CM);
  const fix = { at, latE7, lonE7: 50_000_000, accuracyDm, speedCmS: -1, courseDeg10: -1 };
  return decideFix(state, index, cm, DEEP_CM, fix, number);
}

/** Sides that a row of one-minute distances in metres leads to, one geofence, 5 m claimed; numbers begin with 1. */
function follow(metres: readonly number[], state = new Sides(1), startAt = START, firstNumber = 1) {
  return metres.map((metre, i) => decide(state, 0, metre * 100, 50, startAt + i * 60, firstNumber + i));
}

function insideAtLast(): Sides {
  const state = new Sides(1);
  follow([-50, -50, -52, -49, -51], state);
  expect(state.side(0)).toBe("inside");
  return state;
}

describe("decide", () => {
  it("knows the first side after a few clear fixes, and not at the edge", () => {
    expect(follow([3, -3, 2, -4, 1]).every((side) => side === undefined)).toBe(true);
    expect(follow([-40, -41, -40, -40]).filter((side) => side !== undefined)).toEqual(["inside"]);
    expect(follow([40, 41, 40, 40]).filter((side) => side !== undefined)).toEqual(["outside"]);
  });

  it("does not change a known side for a single fix, wherever it lies and however long it took", () => {
    const one = fc.record({
      metres: fc.integer({ min: 1, max: 100_000 }),
      after: fc.integer({ min: 1, max: 86_400 }),
      accuracyDm: fc.integer({ min: 1, max: 65_535 }),
    });
    fc.assert(
      fc.property(one, ({ metres, after, accuracyDm }) => {
        const state = insideAtLast();
        expect(decide(state, 0, metres * 100, accuracyDm, START + 240 + after, 9)).toBeUndefined();
        expect(state.side(0)).toBe("inside");
      }),
    );
  });

  it("sits out reflections of two minutes, 200 m off, that claim to be good", () => {
    const state = insideAtLast();
    expect(follow([200, 205, -50, -51, -50], state, START + 300, 6)).toEqual(Array(5).fill(undefined));
  });

  it("says outside within three fixes of a walk, and names the first that spoke for it", () => {
    const state = insideAtLast();
    const sides = follow([-15, 15, 50, 85, 110], state, START + 300, 6);
    expect(sides.findIndex((side) => side === "outside")).toBeLessThanOrEqual(3);
    expect(state.side(0)).toBe("outside");
    expect([6, 7]).toContain(state.evidenceFrom(0));
  });

  it("believes a cat that has been carried off in the end", () => {
    const state = insideAtLast();
    expect(follow(Array<number>(15).fill(3_000), state, START + 300, 6)).toContain("outside");
  });

  it("comes back inside", () => {
    const state = new Sides(1);
    follow([60, 60, 60, 60], state);
    expect(follow([30, 5, -20, -45, -50, -50], state, START + 240, 5)).toContain("inside");
  });

  it("takes nothing from fixes that are late, twice or out of order", () => {
    const state = insideAtLast();
    const cells = JSON.stringify(state.belief);
    for (let i = 0; i < 30; i++) decide(state, 0, 50_000, 50, START + 240 - (i % 7), 99);
    expect(JSON.stringify(state.belief)).toBe(cells);
    expect(state.side(0)).toBe("inside");
  });

  it("starts again when ten fixes in order say that the last one's time was wrong", () => {
    const state = new Sides(1);
    follow([-50, -50, -50, -50], state, START + 1_000_000_000);
    const sides = follow(Array<number>(20).fill(-50), state, START, 5);
    expect(sides.indexOf("inside")).toBeGreaterThanOrEqual(9);
  });

  it("keeps geofences apart", () => {
    const state = new Sides(2);
    for (let i = 0; i < 5; i++) {
      decide(state, 0, -5_000, 50, START + i * 60, i + 1);
      decide(state, 1, 5_000, 50, START + i * 60, i + 1);
    }
    expect([state.side(0), state.side(1)]).toEqual(["inside", "outside"]);
  });

  it("takes a bound inside beyond its range for the distance itself", () => {
    const [exact, bound] = [new Sides(1), new Sides(1)];
    const fix = fc.tuple(fc.integer({ min: -60_000, max: 60_000 }), fc.integer({ min: 0, max: 60_000 }));
    fc.assert(
      fc.property(fc.array(fix, { maxLength: 30 }), (fixes) => {
        for (const state of [exact, bound]) state.forget();
        fixes.forEach(([cm, short], i) => {
          const nearer = -Math.max(EXACT_WITHIN_CM, -cm - short);
          const at = START + i * 60;
          const fix = {
            at,
            latE7: 520_000_000 + cm,
            lonE7: 50_000_000,
            accuracyDm: 50,
            speedCmS: -1,
            courseDeg10: -1,
          };
          const ofBound = decideFix(bound, 0, cm < -EXACT_WITHIN_CM ? nearer : cm, DEEP_CM, fix, i + 1);
          expect(ofBound).toBe(decideFix(exact, 0, cm, DEEP_CM, fix, i + 1));
          expect(bound.belief.outside[0]).toBe(exact.belief.outside[0]);
        });
      }),
    );
  });

  it("believes probabilities, whatever comes", () => {
    const fix = fc.tuple(
      fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }),
      fc.integer({ min: 1, max: 65_535 }),
      fc.integer({ min: -10, max: 100_000_000 }),
    );
    fc.assert(
      fc.property(fc.array(fix, { maxLength: 50 }), (fixes) => {
        const state = new Sides(1);
        let at = START;
        fixes.forEach(([cm, accuracyDm, after], i) => {
          at = Math.max(1, at + after);
          decide(state, 0, cm, accuracyDm, at, i + 1);
          const outside = state.belief.outside[0] ?? NaN;
          expect(outside >= 0 && outside <= 1 + 1e-9).toBe(true);
        });
      }),
    );
  });

  it("gives these very bits on every engine", () => {
    const state = new Sides(1);
    const metres = [-31, -20, 4, 17, 23, -8, 60, 95, 140, 2, -77, -80];
    let digest = 0;
    metres.forEach((metre, i) => {
      decide(state, 0, metre * 100 + i, 20 + i * 7, START + i * i * 13 + i * 47, i + 1);
      const bits = new Uint32Array(Float64Array.of(state.belief.outside[0] ?? NaN).buffer);
      for (const word of bits) digest = (Math.imul(digest, 31) + word) >>> 0;
    });
    expect(digest).toMatchInlineSnapshot(`2805840006`);
  });
});

describe("expire", () => {
  it("forgets a side that no fix has confirmed for long, and decides it again", () => {
    const state = insideAtLast();
    expect(expire(state, 0, START + 86_400)).toBeUndefined();
    expect(expire(state, 0, START + 86_700)).toBe("unknown");
    expect(state.side(0)).toBe("unknown");
    expect(expire(state, 0, START + 86_701)).toBeUndefined();
    expect(follow([-50, -50, -50], state, START + 86_800, 6)).toContain("inside");
  });

  it("forgets sooner that a cat was out than that it was in", () => {
    const state = new Sides(1);
    follow([60, 60, 60, 60], state);
    expect(state.side(0)).toBe("outside");
    expect(expire(state, 0, START + 6 * 3_600)).toBeUndefined();
    expect(expire(state, 0, START + 7 * 3_600)).toBe("unknown");
  });
});
