import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readGeofences, type GeofenceFile } from "./read-geofences.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "geofences-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(json: unknown): Promise<GeofenceFile> {
  const path = join(folder, "zones.geojson");
  await writeFile(path, typeof json === "string" ? json : JSON.stringify(json));
  return readGeofences(path);
}

const feature = (geometry: unknown, properties: unknown = {}) => ({ type: "Feature", geometry, properties });
const RING = [[7, 50], [7.001, 50], [7.001, 50.001], [7, 50]]; // prettier-ignore
const POLYGON = { type: "Polygon", coordinates: [RING] };

it("reads polygons and circles under their names", async () => {
  const circle = feature({ type: "Point", coordinates: [7, 50] }, { name: "garden", radiusM: 75 });
  const own = feature({ type: "Circle", center: [8, 51], radiusM: 30 });
  const file = await read({
    type: "FeatureCollection",
    features: [{ ...feature(POLYGON), id: 7 }, circle, own],
  });
  expect(file.ok && file.geofences.map(({ name }) => name)).toEqual(["7", "garden", "geofence-3"]);
  expect(file.ok && file.geofences[0]?.setting).toMatchObject({
    kind: "polygon",
    ref: 0,
    vertices: { length: 3 },
  });
  expect(file.ok && file.geofences[1]?.setting).toEqual({
    kind: "circle",
    ref: 1,
    latE7: 500_000_000,
    lonE7: 70_000_000,
    radiusCm: 7_500,
  });
});

it.each([
  ["{", "the JSON is not well formed"],
  [feature({ type: "Point", coordinates: [7, 50] }), "needs properties.radiusM"],
  [feature({ type: "Point", coordinates: [7, 50] }, { radiusM: 1 }), "feature 1 is neither"],
  [feature({ type: "Polygon", coordinates: [RING.slice(0, 3)] }), "feature 1 is neither"],
  [feature({ type: "Polygon", coordinates: [[...RING.slice(0, 3), [9, 9]]] }), "the ring is not closed"],
  [feature({ type: "Polygon", coordinates: [RING, RING] }), "feature 1 is neither"],
  [feature({ type: "Polygon", coordinates: [[[50, 700], ...RING]] }), "feature 1 is neither"],
  [{ type: "FeatureCollection", features: [] }, "1 to 8 geofences"],
  [{ type: "FeatureCollection", features: Array(9).fill(feature(POLYGON)) }, "1 to 8 geofences"],
])("refuses %j", async (json, problem) => {
  const file = await read(json);
  expect(!file.ok && file.problem).toContain(problem);
});

it("says that a file is missing", async () => {
  const missing = await readGeofences(join(folder, "none.geojson"));
  expect(!missing.ok && missing.problem).toContain("There is no file");
});

describe("geofences of other programs", () => {
  const named = feature(POLYGON, { name: "yard" });
  const bowTie = [[7, 50], [7.001, 50.001], [7.001, 50], [7, 50.001], [7, 50]]; // prettier-ignore
  const withAltitude = RING.map((position) => [...position, 1_200]);
  const almostClosed = [...RING.slice(0, 3), [7.000_000_000_01, 50]];
  const ring = (vertices: number[][]): unknown =>
    feature({ type: "Polygon", coordinates: [vertices] }, { name: "yard" });

  const READ = [
    { is: "an altitude", json: ring(withAltitude), gives: "yard" },
    { is: "a ring that is closed after rounding", json: ring(almostClosed), gives: "yard" },
  ];
  const ODD = [
    // A reader may pass over a byte order mark (RFC 8259, section 8.1).
    { is: "a byte order mark", json: `\uFEFF${JSON.stringify(named)}`, gives: "yard" },
    // A feature may have no place (RFC 7946, section 3.2).
    {
      is: "an unlocated feature",
      json: { type: "FeatureCollection", features: [feature(null), named] },
      gives: "yard",
    },
    // Refused with a sentence: a ring that crosses itself has no inside, and one of a single place none either.
    { is: "a ring that crosses itself", json: ring(bowTie), gives: /feature 1.*\.$/ },
    { is: "a ring of one place", json: ring(Array<number[]>(4).fill([7, 50])), gives: /feature 1.*\.$/ },
  ];

  /** Names, or the sentence that says why there is none. */
  const outcomes = new Map<string, string>();
  beforeAll(async () => {
    for (const { is, json } of [...READ, ...ODD]) {
      const file = await read(json);
      outcomes.set(is, file.ok ? file.geofences.map(({ name }) => name).join() : file.problem);
    }
  });

  it.each(READ)("$is", ({ is, gives }) => expect(outcomes.get(is)).toBe(gives));
  it.each(ODD)("$is", ({ is, gives }) => expect(outcomes.get(is)).toMatch(gives));
});
