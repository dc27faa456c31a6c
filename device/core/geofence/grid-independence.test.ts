import fc from "fast-check";
import { expect, it } from "vitest";
import type { GeofenceSetting } from "@purrimeter/protocol/messages";
import type { GeofenceRef, LatE7, LonE7 } from "@purrimeter/protocol/values";
import { decide, EXACT_WITHIN_CM, Sides } from "./decide-side.ts";
import { Geofences } from "./geofence.ts";

const HOME = { latE7: 520_000_000, lonE7: 50_000_000 };
const START = 1_795_000_000;

/** A polygon whose corners lie round the home, 20 to 300 m off, in whole metres; its edges may cross. */
const polygon = fc
  .array(fc.tuple(fc.integer({ min: -300, max: 300 }), fc.integer({ min: -300, max: 300 })), {
    minLength: 3,
    maxLength: 24,
  })
  .map((corners): GeofenceSetting => {
    const vertices = corners.map(([north, east]) => ({
      latE7: (HOME.latE7 + north * 90) as LatE7,
      lonE7: (HOME.lonE7 + east * 146) as LonE7,
    }));
    return { kind: "polygon", ref: 1 as GeofenceRef, vertices };
  });

/** A cat's steps in E7, its claims and the seconds between: some steps are jumps of a kilometre. */
const track = fc.array(
  fc.record({
    north: fc.oneof(fc.integer({ min: -5_000, max: 5_000 }), fc.integer({ min: -90_000, max: 90_000 })),
    east: fc.integer({ min: -8_000, max: 8_000 }),
    accuracyDm: fc.integer({ min: 5, max: 600 }),
    seconds: fc.integer({ min: 1, max: 1_200 }),
  }),
  { minLength: 20, maxLength: 80 },
);

/** The decisions of a tag with `cells` cells on the track, with the bits of its belief. */
function decisions(zone: GeofenceSetting, cells: number, fixes: readonly { [name: string]: number }[]) {
  const geofences = new Geofences(cells);
  if (geofences.prepare([zone]) !== "prepared") return [];
  const sides = new Sides(1);
  let { latE7, lonE7 } = HOME;
  let at = START;
  return fixes.map(({ north = 0, east = 0, accuracyDm = 0, seconds = 0 }, i) => {
    latE7 += north;
    lonE7 += east;
    at += seconds;
    const distanceCm = geofences.distanceCm(0, latE7, lonE7, EXACT_WITHIN_CM);
    const fix = { at, latE7, lonE7, accuracyDm, speedCmS: -1, courseDeg10: -1 };
    return [decide(sides, 0, distanceCm, geofences.depthCm(0), fix, i + 1), sides.belief.outside[0]];
  });
}

it("a tag with a coarse grid decides as one with a fine grid, to the bit", () => {
  let transitions = 0;
  fc.assert(
    fc.property(polygon, track, (zone, fixes) => {
      const fine = decisions(zone, 1_024, fixes);
      expect(decisions(zone, 64, fixes)).toEqual(fine);
      transitions += fine.filter(([side]) => side !== undefined).length;
    }),
    { numRuns: 300 },
  );
  expect(transitions).toBeGreaterThan(50);
});
