import { describe, expect, it } from "vitest";

import { decide, expire, Sides } from "./decide-side.ts";

/** Sides that a row of one-minute distances in metres leads to, one geofence, 5 m claimed. */
function follow(metres: readonly number[], state = new Sides(1)) {
  return metres.map((metre, i) => decide(state, 0, metre * 100, 50, 1_795_000_000 + i * 60, i + 1));
}

describe("decide", () => {
  it("knows the first side after one clear fix, and not at the edge", () => {
    expect(follow([3, -3, -30])).toEqual([undefined, undefined, "inside"]);
    expect(follow([30])).toEqual(["outside"]);
  });

  it("does not take one fix outside for an escape", () => {
    expect(follow([-30, -30, 25, -30, -30])).toEqual(["inside", undefined, undefined, undefined, undefined]);
  });

  it("says outside when the fixes go on saying it, and names the first that said it", () => {
    const state = new Sides(1);
    const sides = follow([-30, -30, 25, 30, 35, 40, 60, 90, 120], state);
    expect(sides.filter((side) => side !== undefined)).toEqual(["inside", "outside"]);
    expect(state.side(0)).toBe("outside");
    expect(state.evidenceFrom(0)).toBe(3);
  });

  it("ignores fixes that are no newer", () => {
    const state = new Sides(1);
    follow([-30, -30, -30], state);
    for (let i = 0; i < 50; i++) expect(decide(state, 0, 50_000, 50, 1_795_000_000 + i, 99)).toBeUndefined();
    expect(state.side(0)).toBe("inside");
  });

  it("forgets a side that nothing has confirmed for long", () => {
    const state = new Sides(1);
    follow([-30, -30], state);
    expect(expire(state, 0, 1_795_000_120)).toBeUndefined();
    expect(expire(state, 0, 1_795_000_000 + 86_400)).toBe("unknown");
    expect(state.side(0)).toBe("unknown");
    expect(expire(state, 0, 1_795_000_000 + 86_401)).toBeUndefined();
  });
});
