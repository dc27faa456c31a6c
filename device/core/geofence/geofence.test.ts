import booleanPointInPolygon from "@turf/boolean-point-in-polygon";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { GeofenceSetting } from "@purrimeter/protocol/messages";
import type { GeofenceRef, LatE7, LonE7 } from "@purrimeter/protocol/values";

import { Geofences } from "./geofence.ts";

type Vertex = readonly [latE7: number, lonE7: number];

const REF = 7 as GeofenceRef;
const wrap = (lonE7: number) => ((((lonE7 + 1.8e9) % 3.6e9) + 3.6e9) % 3.6e9) - 1.8e9;

function polygon(vertices: readonly Vertex[], ref = REF): GeofenceSetting {
  const points = vertices.map(([latE7, lonE7]) => ({ latE7: latE7 as LatE7, lonE7: wrap(lonE7) as LonE7 }));
  return { kind: "polygon", ref, vertices: points };
}

function circle(latE7: number, lonE7: number, radiusCm: number): GeofenceSetting {
  return { kind: "circle", ref: REF, latE7: latE7 as LatE7, lonE7: lonE7 as LonE7, radiusCm };
}

function prepared(setting: GeofenceSetting, gridCells?: number): Geofences {
  const geofences = new Geofences(gridCells);
  expect(geofences.prepare([setting])).toBe("prepared");
  return geofences;
}

/** Turf's answer in the plane of unwrapped degrees, so that it knows nothing of the date line. */
function turfInside(vertices: readonly Vertex[], latE7: number, lonE7: number): boolean {
  const ring = [...vertices, ...vertices.slice(0, 1)].map(([lat, lon]) => [lon, lat]);
  return booleanPointInPolygon([lonE7, latE7], { type: "Polygon", coordinates: [ring] });
}

/** Distance to the nearest edge in cm with another formula, other constants and Math.cos. */
function bruteDistanceCm(vertices: readonly Vertex[], latE7: number, lonE7: number): number {
  const lats = vertices.map(([lat]) => lat);
  const middle = ((Math.min(...lats) + Math.max(...lats)) / 2e7) * (Math.PI / 180);
  const eccentricity = 0.0818191908426215;
  const w = Math.sqrt(1 - (eccentricity * Math.sin(middle)) ** 2);
  const perNorth = ((637813700 * (1 - eccentricity ** 2)) / w ** 3 / 1e7) * (Math.PI / 180);
  const perEast = ((637813700 * Math.cos(middle)) / w / 1e7) * (Math.PI / 180);
  let least = Infinity;
  vertices.forEach(([lat, lon], i) => {
    const [nextLat, nextLon] = vertices[(i + 1) % vertices.length] ?? [lat, lon];
    const ax = (lon - lonE7) * perEast;
    const ay = (lat - latE7) * perNorth;
    const bx = (nextLon - lonE7) * perEast;
    const by = (nextLat - latE7) * perNorth;
    const length = Math.hypot(bx - ax, by - ay);
    const along = length === 0 ? 0 : (-(ax * (bx - ax)) - ay * (by - ay)) / length;
    const at = Math.min(Math.max(along, 0), length) / (length || 1);
    least = Math.min(least, Math.hypot(ax + at * (bx - ax), ay + at * (by - ay)));
  });
  return least;
}

/** Rings without order or shape: crossing edges, repeated points, straight runs; on a coarse lattice so that latitudes coincide. */
const ring = fc
  .record({
    latE7: fc.integer({ min: -840_000_000, max: 840_000_000 }),
    lonE7: fc.oneof(
      fc.integer({ min: -1_800_000_000, max: 1_799_999_999 }),
      fc.constantFrom(1_799_999_000, -1_800_000_000),
    ),
    step: fc.constantFrom(1, 1_000, 20_000, 100_000),
    at: fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })), {
      minLength: 3,
      maxLength: 30,
    }),
  })
  .map(({ latE7, lonE7, step, at }) => at.map(([y, x]): Vertex => [latE7 + y * step, lonE7 + x * step]));

/** A place relative to a ring: at a vertex's latitude or longitude, near it, or far. */
const place = fc.record({
  vertex: fc.nat(),
  north: fc.oneof(
    fc.constant(0),
    fc.integer({ min: -2_000_000, max: 2_000_000 }),
    fc.integer({ min: -30, max: 30 }),
  ),
  east: fc.oneof(
    fc.constant(0),
    fc.integer({ min: -2_000_000, max: 2_000_000 }),
    fc.integer({ min: -30, max: 30 }),
  ),
});

function placed(
  vertices: readonly Vertex[],
  { vertex, north, east }: { vertex: number; north: number; east: number },
) {
  const [latE7, lonE7] = vertices[vertex % vertices.length] ?? [0, 0];
  return { latE7: Math.max(-9e8, Math.min(9e8, latE7 + north)), lonE7: lonE7 + east };
}

describe("a polygon", () => {
  it.each([8, 100, 1024])("agrees with Turf and with brute force everywhere (%i cells)", (gridCells) => {
    fc.assert(
      fc.property(
        ring,
        fc.array(place, { minLength: 5, maxLength: 20 }),
        fc.constantFrom(0, 1_000, 5_000),
        (vertices, places, within) => {
          const geofences = new Geofences(gridCells);
          fc.pre(geofences.prepare([polygon(vertices)]) === "prepared");
          for (const where of places) {
            const { latE7, lonE7 } = placed(vertices, where);
            const brute = bruteDistanceCm(vertices, latE7, lonE7);
            const exact = geofences.distanceCm(0, latE7, wrap(lonE7), Infinity);
            const bounded = geofences.distanceCm(0, latE7, wrap(lonE7), within);
            expect(Math.abs(Math.abs(exact) - brute)).toBeLessThan(1.3 + brute * 1e-9);
            if (brute > 0.01) expect(exact < 0).toBe(turfInside(vertices, latE7, lonE7));
            expect(bounded < 0).toBe(exact < 0);
            if (bounded !== exact) expect(Math.abs(bounded)).toBeGreaterThanOrEqual(within);
            expect(Math.abs(bounded)).toBeLessThanOrEqual(Math.abs(exact) + 1);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it("knows both ends of an edge at the point's latitude", () => {
    const square: Vertex[] = [
      [0, 0],
      [0, 10_000],
      [10_000, 10_000],
      [10_000, 0],
    ];
    const geofences = prepared(polygon(square.map(([lat, lon]) => [lat + 500_000_000, lon + 10_000_000])));
    const inside = (north: number, east: number) =>
      geofences.distanceCm(0, 500_000_000 + north, 10_000_000 + east, 0) < 0;
    expect([inside(1, -5), inside(1, 5), inside(1, 10_005)]).toEqual([false, true, false]);
    expect([inside(10_001, 5), inside(-1, 5), inside(9_999, 5)]).toEqual([false, false, true]);
    expect([inside(0, -5), inside(0, 10_005), inside(10_000, -5), inside(10_000, 10_005)]).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it("spans the date line", () => {
    const geofences = prepared(
      polygon([
        [-10_000, 1_799_990_000],
        [-10_000, 1_800_010_000],
        [10_000, 1_800_010_000],
        [10_000, 1_799_990_000],
      ]),
    );
    expect(geofences.distanceCm(0, 0, -1_800_000_000, Infinity)).toBeCloseTo(-11057, -1);
    expect(geofences.distanceCm(0, 0, 1_799_995_000, Infinity)).toBeLessThan(0);
    expect(geofences.distanceCm(0, 0, -1_799_995_000, Infinity)).toBeLessThan(0);
    expect(geofences.distanceCm(0, 0, 1_799_980_000, Infinity)).toBeGreaterThan(0);
    expect(geofences.distanceCm(0, 0, 0, 1_000)).toBeGreaterThan(100_000_000);
  });

  it("keeps the side of a cell whose centre is less than a cm inside", () => {
    const vertices: Vertex[] = [
      [-318_489_754, 192_085_275],
      [-318_477_175, 192_072_988],
      [-318_489_754, 192_059_091],
      [-318_506_495, 192_072_988],
    ];
    const geofences = prepared(polygon(vertices), 1_024);
    expect(geofences.distanceCm(0, -318_499_584, 192_077_600, 1_000)).toBe(-370);
  });

  it("is as far away on every grid where it is asked for exactness", () => {
    const place = fc.tuple(
      fc.integer({ min: -40_000, max: 40_000 }),
      fc.integer({ min: -40_000, max: 40_000 }),
    );
    const onItsWestEdge: Vertex[] = [
      [0, -100_000],
      [20_000, -100_000],
      [0, 0],
      [0, 0],
    ];
    fc.assert(
      fc.property(ring, fc.array(place, { maxLength: 40 }), (vertices, places) => {
        const coarse = new Geofences(64);
        if (coarse.prepare([polygon(vertices)]) !== "prepared") return;
        const fine = prepared(polygon(vertices), 1_024);
        const [lat, lon] = vertices[0] ?? [0, 0];
        for (const [north, east] of places) {
          const at = [lat + north, wrap(lon + east), Infinity] as const;
          expect(coarse.distanceCm(0, ...at)).toBe(fine.distanceCm(0, ...at));
        }
      }),
      { examples: [[onItsWestEdge, [[3_643, 0]]]] },
    );
  });

  it("is walked when eight large ones leave no room for candidates", () => {
    const geofences = new Geofences();
    const wild = (seed: number): Vertex[] =>
      Array.from({ length: 50 }, (_, i) => [
        500_000_000 + ((i * 7919 + seed) % 997) * 100,
        ((i * 104729 + seed) % 991) * 100,
      ]);
    const rings = Array.from({ length: 8 }, (_, i) => wild(i * 131));
    expect(geofences.prepare(rings.map((vertices) => polygon(vertices)))).toBe("prepared");
    for (let i = 0; i < 2000; i++) {
      const latE7 = 500_000_000 + ((i * 50021) % 99_991);
      const lonE7 = (i * 70001) % 99_989;
      rings.forEach((vertices, index) => {
        const exact = geofences.distanceCm(index, latE7, lonE7, Infinity);
        const brute = bruteDistanceCm(vertices, latE7, lonE7);
        expect(Math.abs(Math.abs(exact) - brute)).toBeLessThan(1.3);
        if (brute > 0.01) expect(exact < 0).toBe(turfInside(vertices, latE7, lonE7));
      });
    }
  });
});

describe("a circle", () => {
  it("measures from its edge, over the date line too", () => {
    const geofences = prepared(circle(500_000_000, -1_800_000_000, 10_000));
    expect(geofences.distanceCm(0, 500_000_000, -1_800_000_000, 0)).toBe(-10_001);
    expect(geofences.distanceCm(0, 500_000_000, 1_799_990_000, 0)).toBeCloseTo(7170 - 10_000, -1);
    expect(geofences.distanceCm(0, 500_100_000, -1_800_000_000, 0)).toBeCloseTo(111_229 - 10_000, -2);
  });
});

describe("what the tag cannot decide", () => {
  const few: Vertex[] = [
    [0, 0],
    [0, 10_000],
    [10_000, 10_000],
  ];
  const many = (count: number): Vertex[] => Array.from({ length: count }, (_, i) => [i * i, i * 100]);

  it.each([
    ["too-many", Array(9).fill(polygon(few))],
    ["too-many-vertices", [polygon(many(101))]],
    ["too-many-vertices", Array(5).fill(polygon(many(81)))],
    [
      "too-large",
      [
        polygon([
          [0, 0],
          [0, 10_000_000],
          [10_000, 10_000],
        ]),
      ],
    ],
    [
      "near-pole",
      [
        polygon([
          [850_000_000, 0],
          [850_000_001, 10_000],
          [840_000_000, 10_000],
        ]),
      ],
    ],
    [
      "near-pole",
      [
        polygon([
          [899_999_999, 0],
          [899_999_999, 1_200_000_000],
          [899_999_999, -1_200_000_000],
        ]),
      ],
    ],
    ["near-pole", [circle(-849_999_999, 0, 10_000)]],
    [
      "degenerate",
      [
        polygon([
          [0, 0],
          [0, 10_000],
        ]),
      ],
    ],
    [
      "degenerate",
      [
        polygon([
          [0, 0],
          [10, 10],
          [20, 20],
        ]),
      ],
    ],
    ["degenerate", [circle(0, 0, 0)]],
  ] as const)("is refused as %s", (refusal, settings) => {
    const geofences = new Geofences();
    expect(geofences.prepare(settings)).toBe(refusal);
    expect(geofences.count).toBe(0);
  });

  it("takes the next settings after a refusal", () => {
    const geofences = new Geofences();
    geofences.prepare(Array(9).fill(polygon(few)));
    expect(geofences.prepare([polygon(few), circle(0, 0, 1_000)])).toBe("prepared");
    expect([geofences.count, geofences.ref(1)]).toEqual([2, REF]);
  });
});
