import { inventedHome } from "./invented-homes.ts";
import { LocalPlane } from "../tracks/local-plane.ts";
import { homeOf, type Track } from "../tracks/track.ts";

/** The place and time that tracks are moved to. */
export interface Placement {
  /** UTC of the last fix of every track. */
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
 * Makes real tracks suitable to show: each ends at `endsAt`, each home is an invented one on the Hardangervidda, a
 * kilometre from the next. No point of the result is near a real home; only the shape in metres is kept.
 */
export function placeTracks(tracks: readonly Track[], placement: Placement): Track[] {
  const first = placement.firstHome ?? 0;
  return tracks.map((track, i) =>
    placeTrack(track, inventedHome(first + i, placement.seed), placement.endsAt),
  );
}
