import type { GeofenceSetting } from "@purrimeter/protocol/messages";
import type { GeofenceRef, LatE7, LonE7 } from "@purrimeter/protocol/values";
import { expect, it } from "vitest";
import { keptGeofences } from "./kept-geofences.ts";

const at = (lat: number, lon: number): { latE7: LatE7; lonE7: LonE7 } => ({
  latE7: lat as LatE7,
  lonE7: lon as LonE7,
});
const circle: GeofenceSetting = { kind: "circle", ref: 1 as GeofenceRef, ...at(1, 2), radiusCm: 5_000 };
const polygon: GeofenceSetting = {
  kind: "polygon",
  ref: 2 as GeofenceRef,
  vertices: [at(0, 0), at(0, 9), at(9, 0)],
};

it("knows the same geofences again", () => {
  expect(keptGeofences([], [])).toEqual([]);
  expect(keptGeofences([circle, polygon], structuredClone([circle, polygon]))).toEqual([0, 1]);
});

it.each<[string, GeofenceSetting[], number[]]>([
  ["one fewer", [circle], [0]],
  ["another order", [polygon, circle], [1, 0]],
  ["another number", [{ ...circle, ref: 3 as GeofenceRef }, polygon], [-1, 1]],
  ["a circle that moved", [{ ...circle, latE7: 2 as LatE7 }, polygon], [-1, 1]],
  ["a wider circle", [{ ...circle, radiusCm: 5_001 }, polygon], [-1, 1]],
  ["another shape", [{ ...polygon, ref: 1 as GeofenceRef }, polygon], [-1, 1]],
  ["a vertex that moved", [circle, { ...polygon, vertices: [at(0, 0), at(0, 8), at(9, 0)] }], [0, -1]],
  ["a vertex more", [circle, { ...polygon, vertices: [...polygon.vertices, at(4, 4)] }], [0, -1]],
])("tells %s", (_, other, places) => {
  expect(keptGeofences([circle, polygon], other)).toEqual(places);
});
