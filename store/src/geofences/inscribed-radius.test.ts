import type { LatE7, LonE7 } from "@purrimeter/protocol/values";
import { wrapLonE7 } from "@purrimeter/protocol/lon-delta";
import { describe, expect, it } from "vitest";
import type { GeofenceShape } from "./geofence.ts";
import { inscribedRadiusM } from "./inscribed-radius.ts";

const E7_PER_METRE = 1e7 / 111_320;

/** A polygon of corners in metres east and north of a place. */
function polygon(corners: readonly (readonly [number, number])[], lat = 50, lon = 7): GeofenceShape {
  const shrink = Math.cos((lat * Math.PI) / 180);
  return {
    kind: "polygon",
    vertices: corners.map(([east, north]) => ({
      latE7: Math.round(lat * 1e7 + north * E7_PER_METRE) as LatE7,
      lonE7: wrapLonE7(Math.round(lon * 1e7 + (east * E7_PER_METRE) / shrink)) as LonE7,
    })),
  };
}

const SQUARE = [[0, 0], [40, 0], [40, 40], [0, 40]] as const; // prettier-ignore
const L_SHAPE = [[0, 0], [60, 0], [60, 20], [20, 20], [20, 60], [0, 60]] as const; // prettier-ignore
const turned = (corners: readonly (readonly [number, number])[]): (readonly [number, number])[] =>
  corners.map(([x, y]) => [(x - y) * Math.SQRT1_2, (x + y) * Math.SQRT1_2]);

describe("the deepest place of a geofence", () => {
  it("is the radius of a circle", () => {
    const circle = { kind: "circle", latE7: 0 as LatE7, lonE7: 0 as LonE7, radiusCm: 2_550 } as const;
    expect(inscribedRadiusM(circle, 100)).toBe(25.5);
  });

  it.each([
    ["a square", polygon(SQUARE), 20],
    ["a square that is turned", polygon(turned(SQUARE)), 20],
    ["a square at the date line", polygon(SQUARE, 50, 179.9999), 20],
    ["a square in the far north", polygon(SQUARE, 84), 20],
    // Where its arms meet: r from both outer sides and the corner between the arms, r = (20 - r) * sqrt(2).
    ["an L", polygon(L_SHAPE), (20 * Math.SQRT2) / (1 + Math.SQRT2)],
    ["a strip of 100 m by 8 m", polygon([[0, 0], [100, 0], [100, 8], [0, 8]]), 4], // prettier-ignore
    ["a sliver", polygon([[0, 0], [100, 0], [100, 0.02], [0, 0.02]]), 0], // prettier-ignore
    ["a ring that crosses no area", polygon([[0, 0], [50, 0], [100, 0]]), 0], // prettier-ignore
  ])("of %s", (_name, shape, metres) => {
    expect(Math.abs(inscribedRadiusM(shape, 100) - metres)).toBeLessThan(0.6);
  });

  it("is at least what was asked for, of a large geofence", () => {
    const [side, half] = [50_000, 25_000];
    const large = polygon([[0, 0], [side, 0], [side, side], [half, side], [0, half]]); // prettier-ignore
    expect(inscribedRadiusM(large, 150)).toBeGreaterThanOrEqual(150);
  });

  it("of a long narrow maze is half its width, without a search of all of it", () => {
    // A comb of 49 teeth, 40 km long, 20 m wide and 20 m apart, on a spine of 20 m.
    const teeth = Array.from({ length: 24 }, (_, i) => [
      [i * 40, 20],
      [i * 40, 40_000],
      [i * 40 + 20, 40_000],
      [i * 40 + 20, 20],
    ]).flat() as [number, number][];
    const comb = polygon([[0, 0], ...teeth, [940, 0]]);
    expect(inscribedRadiusM(comb, 150)).toBeGreaterThan(9);
    expect(inscribedRadiusM(comb, 150)).toBeLessThan(15);
  });
});
