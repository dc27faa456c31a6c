import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runMain } from "../testing/run-main.ts";

const folder = mkdtempSync(join(tmpdir(), "purrimeter-replay-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A cat at home for half an hour, then 60 m farther north every minute. */
function trackFile(): string {
  const file = join(folder, "walk.csv");
  const metres = Array.from({ length: 45 }, (_, i) => Math.max(0, i - 29) * 60);
  const rows = metres.map((m, i) => {
    const at = new Date(1_500_000_000_000 + i * 60_000).toISOString();
    return `mimi,${at},7,${(50 + m / 111_200).toFixed(7)}`;
  });
  writeFileSync(file, ["tag_id,timestamp,location_long,location_lat", ...rows, ""].join("\n"));
  return file;
}

const FILE = trackFile();

interface Line {
  readonly side: string;
  readonly explanation?: { readonly fixes: readonly { readonly distanceM: number }[] };
}

function linesOf(stdout: string): Line[] {
  const lines = stdout.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line) => JSON.parse(line) as Line);
}

test("the fixes are decided as they were recorded, and the summary counts those that were not taken", async () => {
  const plain = await runMain("replay", "--tracks", FILE);
  expect(plain.exitCode).toBe(0);
  expect(linesOf(plain.stdout).map(({ side }) => side)).toEqual(["inside", "outside"]);
  expect(plain.stderr).toContain("1 tracks, 45 fixes taken of 45 recorded");
  expect(await runMain("replay", "--tracks", FILE, "--as-recorded")).toEqual(plain);
});

test("--paced says what it invents, also for a script", async () => {
  const { exitCode, stderr, stdout } = await runMain("replay", "--tracks", FILE, "--paced", "--json");
  expect(exitCode).toBe(0);
  expect(stderr).toContain("--paced invents");
  expect(linesOf(stdout).length).toBeGreaterThan(0);
  expect((await runMain("replay", "--tracks", FILE, "--paced", "--as-recorded")).exitCode).toBe(2);
});

test("--explain prints the fixes, distances and beliefs of each transition", async () => {
  const { stdout } = await runMain("replay", "--tracks", FILE, "--explain");
  expect(stdout).toMatch(/ {2}outside: the chance of being outside was [\d.]+ % before\n/);
  expect(stdout).toMatch(/ {2}#\d+ 2017-07-14T03:\d\d:00Z [\d.]+ m outside, claims 8\.0 m: outside [\d.]+ %/);
  const json = await runMain("replay", "--tracks", FILE, "--explain", "--json");
  const [, out] = linesOf(json.stdout);
  expect(out?.explanation?.fixes.at(-1)?.distanceM).toBeGreaterThan(0);
  expect(json.stdout.split("\n").filter((line) => line !== "" && !line.startsWith("{"))).toEqual([]);
});

function geofenceFile(name: string, ring: readonly (readonly [number, number])[]): string {
  const file = join(folder, name);
  const geometry = { type: "Polygon", coordinates: [ring] };
  writeFileSync(file, JSON.stringify({ type: "Feature", geometry, properties: { name: "garden" } }));
  return file;
}

const BOW_TIE = [
  [7.499, 60.0995],
  [7.501, 60.1005],
  [7.501, 60.0995],
  [7.499, 60.1005],
  [7.499, 60.0995],
] as const;
const NO_AREA = Array.from({ length: 4 }, () => [7.5, 60.1] as const);

/** A cat that lives where the tag's arithmetic ends, and one elsewhere before it. */
function polarFile(): string {
  const file = join(folder, "polar.csv");
  const rows = ["mimi,50", "nanook,89.9"].flatMap((cat) => {
    const [name, lat] = cat.split(",");
    return [0, 1, 2].map((i) => `${name},2017-07-14T03:0${i}:00Z,7,${lat}`);
  });
  writeFileSync(file, ["tag_id,timestamp,location_long,location_lat", ...rows, ""].join("\n"));
  return file;
}

test.each([
  ["a bow tie", () => ["--tracks", FILE, "--geofences", geofenceFile("bow.geojson", BOW_TIE)], "garden: "],
  ["no area", () => ["--tracks", FILE, "--geofences", geofenceFile("tiny.geojson", NO_AREA)], "garden: "],
  ["the circle round a home near a pole", () => ["--tracks", polarFile()], "of nanook: home: near-pole"],
])("a geofence that the tag refuses is named with the reason: %s", async (_, flags, reason) => {
  for (const pace of [[], ["--paced"], ["--json"]]) {
    const { exitCode, stdout, stderr } = await runMain("replay", ...flags(), ...pace);
    expect([exitCode, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^purrimeter: the tag refuses a geofence[^\n]*: [\w-]+\n$/);
    expect(stderr).toContain(reason);
  }
});
