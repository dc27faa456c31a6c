import { TrackBuilder, type Track } from "./track.ts";

/** No logger lasts so long; receivers that have lost the date are off by decades. */
const STRAY_S = 10 * 366 * 86_400;

function middleTime({ at }: Track): number {
  return at.toSorted()[at.length >> 1] ?? 0;
}

/** The first time that is decades from the middle one, ISO 8601; undefined when there is none. */
export function strayTime(track: Track): string | undefined {
  const middle = middleTime(track);
  const stray = track.at.find((at) => Math.abs(at - middle) > STRAY_S);
  return stray === undefined ? undefined : new Date(stray * 1_000).toISOString();
}

/** The track without fixes that are decades from the middle one. */
export function withoutStrayTimes(track: Track): Track {
  const { name, at, lat, lon, accuracyM, outlier } = track;
  const middle = middleTime(track);
  const sound = new TrackBuilder(name);
  for (let i = 0; i < track.length; i++) {
    if (Math.abs((at[i] as number) - middle) > STRAY_S) continue;
    sound.add(at[i] as number, lat[i] as number, lon[i] as number, accuracyM[i] as number, outlier[i] === 1);
  }
  return sound.track();
}
