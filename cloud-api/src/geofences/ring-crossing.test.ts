import { kinks } from "@turf/kinks";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { doubleArea, findCrossing } from "./ring-crossing.ts";
import type { RingPoint } from "./ring-crossing.ts";

const ring = (...points: readonly (readonly [number, number])[]): RingPoint[] =>
  points.map(([x, y]) => ({ x, y }));

/** Whether three points of the ring lie on one line, where Turf sees nothing or too much. */
function isDegenerate(points: readonly RingPoint[]): boolean {
  return points.some((a, i) =>
    points.some((b, k) =>
      points.some((c, l) => i < k && k < l && (b.x - a.x) * (c.y - a.y) === (b.y - a.y) * (c.x - a.x)),
    ),
  );
}

describe("findCrossing", () => {
  it("agrees with Turf wherever no three corners lie on one line", () => {
    const coordinate = fc.integer({ min: 0, max: 50 });
    const points = fc.array(fc.record({ x: coordinate, y: coordinate }), { minLength: 4, maxLength: 8 });
    fc.assert(
      fc.property(points, (corners) => {
        fc.pre(!isDegenerate(corners));
        const coordinates = [...corners, corners[0] as RingPoint].map(({ x, y }) => [x, y]);
        const crossings = kinks({ type: "Polygon", coordinates: [coordinates] }).features.length;
        expect(findCrossing(corners) !== undefined).toBe(crossings > 0);
      }),
      { numRuns: 2_000 },
    );
  });

  it("lets a square and an arrow pass", () => {
    expect(findCrossing(ring([0, 0], [2, 0], [2, 2], [0, 2]))).toBeUndefined();
    expect(findCrossing(ring([0, 0], [4, 0], [4, 4], [2, 1], [0, 4]))).toBeUndefined();
  });

  it.each([
    ["bow-tie", ring([0, 0], [2, 2], [2, 0], [0, 2])],
    ["spike that goes back over itself", ring([0, 0], [4, 0], [2, 0], [2, 2])],
    ["spike at the closing corner", ring([2, 0], [2, 2], [0, 0], [4, 0])],
    ["edges that overlap", ring([0, 0], [6, 0], [6, 2], [4, 0], [2, 0], [0, 2])],
    ["corner on an edge", ring([0, 0], [4, 0], [4, 4], [2, 0], [0, 4])],
    ["corner on a corner", ring([0, 0], [2, 2], [4, 0], [4, 4], [2, 2], [0, 4])],
    ["line there and back", ring([0, 0], [2, 0], [4, 0])],
  ])("finds the %s", (_, points) => {
    expect(findCrossing(points)).toBeDefined();
  });

  it("is exact where rounding is not: a corner one unit beside a long edge", () => {
    const far = 100_000_000;
    expect(findCrossing(ring([0, 0], [far, 1], [far, 3], [far / 2, 1], [0, 3]))).toBeUndefined();
    expect(findCrossing(ring([0, 0], [far, 1], [far, 3], [far / 2, 0], [0, 3]))).toBeDefined();
  });
});

describe("doubleArea", () => {
  it("is positive counter-clockwise and negative the other way", () => {
    const square = ring([5, 5], [7, 5], [7, 7], [5, 7]);
    expect(doubleArea(square)).toBe(8);
    expect(doubleArea(square.reverse())).toBe(-8);
  });
});
