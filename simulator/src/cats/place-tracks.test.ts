import { describe, expect, it } from "vitest";
import { inventedHome } from "./invented-homes.ts";
import { LocalPlane } from "../tracks/local-plane.ts";
import { placeTracks } from "./place-tracks.ts";
import { Random } from "../random.ts";
import { cleanTrack, homeOf, TrackBuilder, type Track } from "../tracks/track.ts";

function wander(name: string, lat: number, lon: number, seed: number): Track {
  const random = new Random(seed);
  const plane = new LocalPlane(lat, lon);
  const builder = new TrackBuilder(name);
  for (let i = 0; i < 400; i++) {
    const place = [
      plane.latDegreesAt(60 * random.normal()),
      plane.lonDegreesAt(60 * random.normal()),
    ] as const;
    builder.add(1_500_000_000 + i * 60.25, ...place, NaN, i % 50 === 49);
  }
  return builder.track();
}

const REAL = [wander("a", 50.17, -5.11, 1), wander("b", -36.8, 174.7, 2), wander("c", 66, -179.9999, 3)];

function distancesFromHome(track: Track): number[] {
  const home = homeOf(track);
  const plane = new LocalPlane(home.latDegrees, home.lonDegrees);
  return Array.from(track.lat, (lat, i) => plane.distanceM(lat, track.lon[i]!));
}

describe("placeTracks", () => {
  const placed = placeTracks(REAL, { endsAt: 1_900_000_000, seed: 7 });

  it("ends every track at the given moment and keeps its pace", () => {
    for (const [i, track] of placed.entries()) {
      expect(track.at.at(-1)! - 1_900_000_000).toBeGreaterThan(-1);
      expect(track.at.at(-1)).toBeLessThanOrEqual(1_900_000_000);
      expect(track.at[399]! - track.at[0]!).toBe(REAL[i]!.at[399]! - REAL[i]!.at[0]!);
    }
  });

  it("keeps the shape in metres", () => {
    for (const [i, track] of placed.entries()) {
      const before = distancesFromHome(REAL[i]!);
      for (const [k, after] of distancesFromHome(track).entries()) expect(after).toBeCloseTo(before[k]!, 4);
    }
  });

  it("leaves no point within 100 km of any real home", () => {
    for (const track of placed) {
      for (const real of REAL.map(homeOf)) {
        const plane = new LocalPlane(real.latDegrees, real.lonDegrees);
        for (const [i, lat] of track.lat.entries())
          expect(plane.distanceM(lat, track.lon[i]!)).toBeGreaterThan(1e5);
      }
    }
  });

  it("gives the same places for the same seed, others for another", () => {
    expect(placeTracks(REAL, { endsAt: 1_900_000_000, seed: 7 })).toEqual(placed);
    expect(placeTracks(REAL, { endsAt: 1_900_000_000, seed: 8 })).not.toEqual(placed);
  });

  it("keeps a thousand homes 600 m apart", () => {
    const homes = Array.from({ length: 1_000 }, (_, i) => inventedHome(i, 1));
    const nearest = homes.map((home, i) =>
      Math.min(...homes.slice(0, i).map((other) => home.distanceM(other.latDegrees, other.lonDegrees))),
    );
    expect(Math.min(...nearest)).toBeGreaterThan(590);
  });
});

describe("homeOf and cleanTrack", () => {
  it("find the home at the date line and leave outliers out", () => {
    const builder = new TrackBuilder("x");
    builder.add(30, 1, -179.9999, NaN, false);
    builder.add(10, 1, 179.9999, NaN, false);
    builder.add(10, 1, 179.9998, NaN, false);
    builder.add(20, 3, 12, NaN, true);
    const track = builder.track();
    const home = homeOf(track);
    expect(home.latDegrees).toBe(1);
    expect(home.lonDegrees).toBeCloseTo(179.9999, 9);
    expect([...cleanTrack(track).at]).toEqual([10, 30]);
  });
});
