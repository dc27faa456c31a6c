import { inventedHome } from "../cats/invented-homes.ts";
import { LocalPlane } from "./local-plane.ts";
import { homeOf, type Track } from "./track.ts";

/** Where and when tracks are put. */
export interface Placement {
  /** UTC at which the last fix of every track lies. */
  readonly endsAt: number;
  /** The same seed gives the same homes. */
  readonly seed: number;
  /** Number of the first track's home, 0 when left out: tracks placed in several calls get homes of their own. */
  readonly firstHome?: number;
}

/**
 * Moves a track so that its last fix lies at `endsAt` and its home (median point) at the given place. Distances and
 * directions in metres stay: degrees of longitude are scaled from the old latitude to the new one. Times shift by whole
 * seconds.
 */
export function placeTrack(track: Track, home: LocalPlane, endsAt: number): Track {
  const real = homeOf(track);
  const from = new LocalPlane(real.latDegrees, real.lonDegrees);
  const last = track.at.reduce((latest, at) => Math.max(latest, at), -Infinity);
  const shiftS = endsAt - Math.ceil(last);
  return {
    ...track,
    at: track.at.map((at) => at + shiftS),
    lat: track.lat.map((lat) => home.latDegreesAt(from.northM(lat))),
    lon: track.lon.map((lon) => home.lonDegreesAt(from.eastM(lon))),
  };
}

/**
 * Real tracks, made fit to be shown: each ends at `endsAt`, each home is an invented one on the Hardangervidda, a
 * kilometre from the next. No point of the result lies anywhere near a real home; only the shape in metres stays.
 */
export function placeTracks(tracks: readonly Track[], placement: Placement): Track[] {
  const first = placement.firstHome ?? 0;
  return tracks.map((track, i) =>
    placeTrack(track, inventedHome(first + i, placement.seed), placement.endsAt),
  );
}
