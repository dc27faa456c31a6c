import fc from "fast-check";
import { expect, it } from "vitest";
import { Geofences } from "@purrimeter/device/geofence";
import type { GeofenceRef } from "@purrimeter/protocol/values";
import { shapeSchema } from "./geofence-schema.ts";
import { shapeFromBody } from "./geofence-shape.ts";

/** Metres in a degree of latitude, roughly: sizes need not be exact here. */
const METRES_PER_DEGREE = 111_000;
const latitude = fc.oneof(
  fc.double({ min: -85, max: 85, noNaN: true }),
  // Where the tag's flat map ends, and where lengths differ most from a sphere's.
  fc
    .constantFrom(-1, 1)
    .chain((sign) => fc.double({ min: 84, max: 85, noNaN: true }).map((lat) => sign * lat)),
);
const longitude = fc.double({ min: -180, max: 180, noNaN: true });
const sizeM = fc.oneof(
  fc.double({ min: 10, max: 2_000, noNaN: true }),
  fc.double({ min: 10, max: 60_000, noNaN: true }),
);

const circle = fc
  .tuple(longitude, latitude, sizeM)
  .map(([lon, lat, radiusM]) => ({ type: "Circle", center: [lon, lat], radiusM }));

/** A star around a point: simple whatever its radii are. */
const polygon = fc
  .tuple(
    longitude,
    latitude,
    sizeM,
    sizeM,
    fc.array(fc.double({ min: 0.1, max: 1, noNaN: true }), { minLength: 3, maxLength: 100 }),
  )
  .map(([lon, lat, widthM, heightM, radii]) => {
    const ring = radii.map((radius, i) => {
      const angle = (i / radii.length) * 2 * Math.PI;
      const east = (radius * widthM * Math.cos(angle)) / METRES_PER_DEGREE / Math.cos((lat * Math.PI) / 180);
      const unwrapped = lon + east;
      const wrapped = unwrapped - 360 * Math.round(unwrapped / 360);
      return [wrapped, lat + (radius * heightM * Math.sin(angle)) / METRES_PER_DEGREE];
    });
    return { type: "Polygon", coordinates: [[...ring, ring[0]]] };
  });

it("the tag takes every shape that the API takes, at all latitudes", () => {
  const geofences = new Geofences(64);
  let taken = 0;
  const isTaken = (body: unknown): void => {
    const parsed = shapeSchema.safeParse(body);
    if (!parsed.success) return;
    taken++;
    const setting = { ...shapeFromBody(parsed.data), ref: 0 as GeofenceRef };
    expect(geofences.prepare([setting])).toBe("prepared");
  };
  fc.assert(fc.property(fc.oneof(circle, polygon), isTaken), { numRuns: 2_000 });
  expect(taken, "shapes that were compared").toBeGreaterThan(200);
});

it.each([
  ["a circle that touches 85 degrees", { type: "Circle", center: [0, 84.552_4], radiusM: 50_000 }, false],
  ["the same, farther from the pole", { type: "Circle", center: [0, 84.552_2], radiusM: 50_000 }, true],
])("%s", (_what, body, isTaken) => {
  expect(shapeSchema.safeParse(body).success).toBe(isTaken);
});
