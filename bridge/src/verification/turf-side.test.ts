import { expect, it } from "vitest";
import type { GeofenceSetting } from "@purrimeter/protocol/messages";
import type { GeofenceRef, LatE7, LonE7 } from "@purrimeter/protocol/values";
import { turfSide } from "./turf-side.ts";

const place = (latE7: number, lonE7: number): { latE7: LatE7; lonE7: LonE7 } => ({
  latE7: latE7 as LatE7,
  lonE7: lonE7 as LonE7,
});
const ref = 1 as GeofenceRef;

it("says inside or outside of a polygon that is not convex", () => {
  const vertices = [
    [0, 0],
    [0, 400],
    [400, 400],
    [200, 200],
    [400, 0],
  ].map(([north = 0, east = 0]) => place(520_000_000 + north, 50_000_000 + east));
  const zone: GeofenceSetting = { kind: "polygon", ref, vertices };
  expect(turfSide(zone, place(520_000_100, 50_000_200))).toBe("inside");
  expect(turfSide(zone, place(520_000_300, 50_000_200))).toBe("outside");
});

it("knows no date line", () => {
  const vertices = [
    place(-100, 1_799_999_900),
    place(100, 1_799_999_900),
    place(100, -1_799_999_900),
    place(-100, -1_799_999_900),
  ];
  const zone: GeofenceSetting = { kind: "polygon", ref, vertices };
  expect(turfSide(zone, place(0, 1_799_999_950))).toBe("inside");
  expect(turfSide(zone, place(0, -1_799_999_950))).toBe("inside");
  expect(turfSide(zone, place(0, -1_799_999_800))).toBe("outside");
  expect(turfSide(zone, place(0, 0))).toBe("outside");
});

it("measures circles over the great circle, across the date line too", () => {
  const circle: GeofenceSetting = {
    kind: "circle",
    ref,
    ...place(600_000_000, -1_800_000_000),
    radiusCm: 5_000,
  };
  expect(turfSide(circle, place(600_000_000, 1_799_991_400))).toBe("inside");
  expect(turfSide(circle, place(600_000_000, 1_799_990_600))).toBe("outside");
  expect(turfSide(circle, place(600_004_400, -1_800_000_000))).toBe("inside");
  expect(turfSide(circle, place(600_004_600, -1_800_000_000))).toBe("outside");
});
