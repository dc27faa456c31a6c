import { area } from "@turf/area";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FieldError } from "@purrimeter/service/problem";
import { fieldErrors } from "@purrimeter/service/field-errors";
import { geofenceBodySchema, shapeSchema } from "./geofence-schema.ts";
import { shapeBody, shapeFromBody } from "./geofence-shape.ts";

const square = [
  [10, 50],
  [10.001, 50],
  [10.001, 50.001],
  [10, 50.001],
  [10, 50],
];
const polygon = (...rings: unknown[]): unknown => ({ type: "Polygon", coordinates: rings });
const moved = (ring: number[][], lon: number, lat: number): number[][] =>
  ring.map(([x = 0, y = 0]) => [x + lon, y + lat]);

function errorsOf(shape: unknown): readonly FieldError[] {
  const result = geofenceBodySchema.safeParse({ name: "Garden", tagIds: ["a"], shape });
  return result.success ? [] : fieldErrors(result.error.issues, "body");
}

/** A round ring of that many corners, about 110 m wide. */
function round(vertices: number): number[][] {
  const corner = (i: number): number[] => {
    const angle = ((i % vertices) / vertices) * 2 * Math.PI;
    return [10 + Math.cos(angle) * 0.001, 50 + Math.sin(angle) * 0.0005];
  };
  return Array.from({ length: vertices + 1 }, (_, i) => corner(i));
}

describe("polygons that are taken", () => {
  it.each([
    ["a square", polygon(square)],
    ["the other way round", polygon([...square].reverse())],
    ["100 corners", polygon(round(100))],
    ["at the equator and prime meridian", polygon(moved(square, -10.0005, -50.0005))],
    [
      "across the date line",
      polygon(moved(square, 0, 0).map(([x = 0, y]) => [x > 10 ? -179.9995 : 179.9995, y])),
    ],
    [
      "180 and -180 mixed",
      polygon([
        [179.999, 0],
        [180, 0],
        [-180, 0.001],
        [179.999, 0.001],
        [179.999, 0],
      ]),
    ],
    ["as far north as maps go", polygon(moved(square, 0, 34.999))],
    ["an altitude (RFC 7946 section 3.1.1)", polygon([[10, 50, 3], ...square.slice(1)])],
    [
      "a bounding box (section 5)",
      { type: "Polygon", coordinates: [square], bbox: [10, 50, 10.001, 50.001] },
    ],
    ["a corner twice in a row", polygon([...square.slice(0, 3), square[2], square[3], square[0]])],
    [
      "corners that are one in E7",
      polygon([...square.slice(0, 2), [10.001, 50.00000000001], ...square.slice(2)]),
    ],
    ["closed to 10^-10 degrees", polygon([...square.slice(0, 4), [10.000_000_000_1, 50]])],
    ["100 corners, each twice", polygon(round(100).flatMap((corner) => [corner, corner]))],
  ])("%s", (_, shape) => {
    expect(errorsOf(shape)).toEqual([]);
  });
});

describe("polygons that are refused", () => {
  const swapped = [
    [52, 113],
    [52, 113.001],
    [52.001, 113],
    [52, 113],
  ];
  const touching = [...square.slice(0, 3), [10.0005, 50], ...square.slice(3)];
  it.each([
    ["2 points", polygon(square.slice(0, 2)), "shape.coordinates[0]", 4, /at least 4 positions/],
    [
      "2 points, closed",
      polygon([square[0], square[1], square[0]]),
      "shape.coordinates[0]",
      4,
      /at least 4 positions/,
    ],
    ["no ring", polygon(), "shape.coordinates", 1, /one ring/],
    ["an empty ring", polygon([]), "shape.coordinates[0]", 4, /at least 4/],
    ["a hole", polygon(square, square), "shape.coordinates", 1, /holes/],
    ["not closed", polygon(square.slice(0, 4)), "shape.coordinates[0]", undefined, /not closed/],
    ["101 corners", polygon(round(101)), "shape.coordinates[0]", 100, /at most 100 vertices; this has 101/],
    [
      "10,001 corners",
      polygon(round(10_001)),
      "shape.coordinates[0]",
      100,
      /at most 100 vertices; this has 10001/,
    ],
    [
      "a bow-tie",
      polygon([0, 2, 1, 3, 0].map((i) => square[i])),
      "shape.coordinates[0]",
      undefined,
      /crosses/,
    ],
    [
      "a ring that touches itself",
      polygon(touching),
      "shape.coordinates[0]",
      undefined,
      /crosses or touches/,
    ],
    [
      "a corner that comes again later",
      polygon([...square.slice(0, 3), square[1], square[3], square[0]]),
      "shape.coordinates[0][3]",
      undefined,
      /same position as number 1/,
    ],
    [
      "two corners, each twice in a row",
      polygon([square[0], square[0], square[1], square[1], square[0]]),
      "shape.coordinates[0]",
      4,
      /at least 4 different positions/,
    ],
    [
      "closed to 10^-6 degrees",
      polygon([...square.slice(0, 4), [10.000_001, 50]]),
      "shape.coordinates[0]",
      undefined,
      /not closed/,
    ],
    [
      "null",
      polygon([[10, null], ...square.slice(1)]),
      "shape.coordinates[0][0][1]",
      undefined,
      /must be a number/,
    ],
    [
      "text",
      polygon([["10", 50], ...square.slice(1)]),
      "shape.coordinates[0][0][0]",
      undefined,
      /must be a number/,
    ],
    [
      "NaN",
      polygon([[NaN, 50], ...square.slice(1)]),
      "shape.coordinates[0][0][0]",
      undefined,
      /must be a number/,
    ],
    [
      "infinity",
      polygon([[10, Infinity], ...square.slice(1)]),
      "shape.coordinates[0][0][1]",
      undefined,
      /must be a number/,
    ],
    ["one number", polygon([[10], ...square.slice(1)]), "shape.coordinates[0][0]", 2, /two numbers/],
    ["swapped axes", polygon(swapped), "shape.coordinates[0][0][1]", 90, /113 is outside -90 to 90.*swapped/],
    [
      "longitude 181",
      polygon(moved(square, 171, 0)),
      "shape.coordinates[0][0][0]",
      180,
      /181 is outside -180 to 180/,
    ],
    ["a pole", polygon(moved(square, 0, 39.9)), "shape.coordinates[0][0][1]", 85, /pole/],
    [
      "too wide",
      polygon(square.map(([x = 0, y = 0]) => [10 + (x - 10) * 2_000, y])),
      "shape.coordinates[0]",
      100_000,
      /100 km/,
    ],
    [
      "too small",
      polygon(square.map(([x = 0, y = 0]) => [10 + (x - 10) / 50, 50 + (y - 50) / 50])),
      "shape.coordinates[0]",
      100,
      /square metres/,
    ],
    [
      "a flat line",
      polygon([
        [10, 50],
        [10.001, 50],
        [10.002, 50],
        [10, 50],
      ]),
      "shape.coordinates[0]",
      undefined,
      /crosses/,
    ],
    [
      "coordinates of a line",
      { type: "Polygon", coordinates: square },
      "shape.coordinates[0][0]",
      undefined,
      /must be an array/,
    ],
    [
      "another field",
      { type: "Polygon", coordinates: [square], crs: {} },
      "shape.crs",
      undefined,
      /no such field/,
    ],
    [
      "a MultiPolygon",
      { type: "MultiPolygon", coordinates: [[square]] },
      "shape.type",
      undefined,
      /one geofence for each/,
    ],
    [
      "a Feature",
      { type: "Feature", geometry: polygon(square) },
      "shape.type",
      undefined,
      /geometry of the feature/,
    ],
    ["a Point", { type: "Point", coordinates: [10, 50] }, "shape.type", undefined, /radiusM/],
    ["no type", { coordinates: [square] }, "shape.type", undefined, /"Polygon" or "Circle"/],
    ["no shape", undefined, "shape", undefined, /required/],
    ["text as shape", "POLYGON", "shape", undefined, /must be an object/],
    ["null as shape", null, "shape", undefined, /must be an object/],
  ])("%s", (_, shape, field, limit, message) => {
    const [first] = errorsOf(shape);
    expect(first).toMatchObject({ field, message: expect.stringMatching(message) as string });
    expect(first?.limit).toBe(limit);
  });

  it("answers with few errors however many there are", () => {
    expect(errorsOf(polygon(round(90).map(() => [500, 500]))).length).toBeLessThanOrEqual(20);
  });
});

describe("circles", () => {
  const circle = (center: unknown, radiusM: unknown): unknown => ({ type: "Circle", center, radiusM });

  it.each([10, 75.5, 50_000])("of %d m are taken", (radiusM) => {
    expect(errorsOf(circle([180, -84.5], radiusM))).toEqual([]);
  });

  it.each([
    ["too small", circle([10, 50], 9.99), "shape.radiusM", 10],
    ["too large", circle([10, 50], 50_001), "shape.radiusM", 50_000],
    ["negative", circle([10, 50], -75), "shape.radiusM", 10],
    ["NaN", circle([10, 50], NaN), "shape.radiusM", undefined],
    ["text", circle([10, 50], "75"), "shape.radiusM", undefined],
    ["no radius", { type: "Circle", center: [10, 50] }, "shape.radiusM", undefined],
    ["swapped", circle([50, 110], 75), "shape.center[1]", 90],
    ["at a pole", circle([0, 90], 75), "shape.center[1]", 85],
    ["that reaches beyond 85 degrees", circle([0, 84.99], 50_000), "shape.center[1]", 85],
    ["with its centre at 85 degrees", circle([0, -85], 10), "shape.center[1]", 85],
    ["no centre", circle(undefined, 75), "shape.center", undefined],
  ])("%s is refused", (_, shape, field, limit) => {
    const [first] = errorsOf(shape);
    expect(first?.field).toBe(field);
    expect(first?.limit).toBe(limit);
  });
});

describe("shapeFromBody and shapeBody", () => {
  const roundTrip = (shape: unknown): unknown => shapeBody(shapeFromBody(shapeSchema.parse(shape)));

  it("turns every ring counter-clockwise and keeps its first corner", () => {
    expect(roundTrip(polygon(square))).toEqual(polygon(square));
    expect(roundTrip(polygon([...square].reverse()))).toEqual(polygon(square));
  });

  it("keeps a ring across the date line in one piece", () => {
    const ring = [
      [179.999, 0],
      [-179.999, 0],
      [-179.999, 0.001],
      [179.999, 0.001],
      [179.999, 0],
    ];
    expect(roundTrip(polygon(ring))).toEqual(polygon(ring));
    expect(roundTrip(polygon([...ring].reverse()))).toEqual(polygon(ring));
  });

  it("knows longitude 180 as -180", () => {
    expect(roundTrip({ type: "Circle", center: [180, 1], radiusM: 75 })).toMatchObject({ center: [-180, 1] });
  });

  it("keeps circles to the centimetre", () => {
    const circle = { type: "Circle", center: [13.3777001, -52.5163], radiusM: 75.25 };
    expect(roundTrip(circle)).toEqual(circle);
  });

  it("keeps the area of every simple ring", () => {
    const offset = fc.integer({ min: -50, max: 50 });
    fc.assert(
      fc.property(offset, offset, fc.integer({ min: 3, max: 100 }), (lon, lat, vertices) => {
        const ring = moved(round(vertices), lon, lat - 20);
        ring.splice(-1, 1, ring[0] as number[]);
        const body = roundTrip(polygon(ring)) as GeoJSON.Polygon;
        const before = area({ type: "Polygon", coordinates: [ring] });
        expect(Math.abs(area(body) - before) / before).toBeLessThan(0.001);
      }),
    );
  });
});

describe("names and tags of a geofence", () => {
  const valid = { name: "Garden", tagIds: ["a"], shape: polygon(square) };
  it.each([
    [{ ...valid, name: "" }, "name"],
    [{ ...valid, name: "   " }, "name"],
    [{ ...valid, name: "x".repeat(65) }, "name"],
    [{ ...valid, name: "a\u0000b" }, "name"],
    [{ ...valid, name: "a\u202eb" }, "name"],
    [{ ...valid, name: 7 }, "name"],
    [{ ...valid, tagIds: [] }, "tagIds"],
    [{ ...valid, tagIds: "a" }, "tagIds"],
    [{ ...valid, tagIds: ["a", "a"] }, "tagIds"],
    [{ ...valid, tagIds: [1] }, "tagIds[0]"],
    [{ ...valid, owner: "me" }, "owner"],
    [{ tagIds: ["a"], shape: polygon(square) }, "name"],
  ])("%# names the field", (body, field) => {
    const result = geofenceBodySchema.safeParse(body);
    expect(
      result.success ? [] : fieldErrors(result.error.issues, "body").map((error) => error.field),
    ).toContain(field);
  });
});
