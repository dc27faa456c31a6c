import { type Life, nowhere } from "@purrimeter/simulator/life";
import { LocalPlane } from "@purrimeter/simulator/local-plane";
import { seedOf } from "@purrimeter/simulator/random";
import { SyntheticCat } from "@purrimeter/simulator/synthetic-cat";
import { homeOf, type Track } from "@purrimeter/simulator/track";
import type { CatDays } from "./cat-days.ts";
import { realTracks } from "./real-tracks.ts";
import { watch, type Watching, type Whereabouts } from "./watch.ts";

/** Recorded fixes farther apart than this say nothing about the way between them. */
const LONGEST_GAP_S = 900;

function aroundHome(life: Life, home: LocalPlane): Whereabouts {
  const truth = nowhere();
  return (at, into) => {
    life.at(at, truth);
    into.eastM = home.eastM(truth.lonDegrees);
    into.northM = home.northM(truth.latDegrees);
    into.sky = truth.sky;
    return true;
  };
}

/** Invented cats that live for so many days each. */
export function inventedDays(cats: number, days: number, watching: Watching): CatDays[] {
  const startsAt = 1_790_000_000;
  const { seed } = watching;
  return Array.from({ length: cats }, (_, i) => {
    const home = new LocalPlane(50.2, -5.1);
    const whereabouts = aroundHome(new SyntheticCat(seedOf(seed, i), home, startsAt), home);
    return watch({ whereabouts, startsAt, seconds: days * 86_400 }, watching, seedOf(seed, 100_000 + i));
  });
}

/** Recorded fixes smoothed by 1-2-1 and joined by straight lines, except over gaps. */
function alongTrack(track: Track): Whereabouts {
  const home = homeOf(track);
  const plane = new LocalPlane(home.latDegrees, home.lonDegrees);
  const east = smoothed(
    track,
    Array.from(track.lon, (lon) => plane.eastM(lon)),
  );
  const north = smoothed(
    track,
    Array.from(track.lat, (lat) => plane.northM(lat)),
  );
  let i = 0;
  return (at, into) => {
    while (i + 1 < track.length && (track.at[i + 1] as number) <= at) i++;
    const from = track.at[i] as number;
    const to = track.at[i + 1];
    if (to === undefined || at < from || to - from > LONGEST_GAP_S) return false;
    const share = (at - from) / (to - from);
    into.eastM = (east[i] as number) * (1 - share) + (east[i + 1] as number) * share;
    into.northM = (north[i] as number) * (1 - share) + (north[i + 1] as number) * share;
    into.sky = Math.hypot(into.eastM, into.northM) < 15 ? "partial" : "open";
    return true;
  };
}

function smoothed(track: Track, metres: readonly number[]): number[] {
  return metres.map((metre, i) => {
    const before = (track.at[i] as number) - (track.at[i - 1] ?? -Infinity) > LONGEST_GAP_S;
    const after = (track.at[i + 1] ?? Infinity) - (track.at[i] as number) > LONGEST_GAP_S;
    if (before || after) return metre;
    return (metres[i - 1] as number) / 4 + metre / 2 + (metres[i + 1] as number) / 4;
  });
}

/** Which of the cats and seeds: figures of the decision are chosen on one half, and reported of the other. */
export type Half = "tuning" | "reporting";

/** The half that a recorded cat belongs to, by its name alone (FNV-1a, mixed). */
export function halfOf(cat: string): Half {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(cat)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return seedOf(hash, 0) % 2 === 0 ? "tuning" : "reporting";
}

/** The recorded cats of a half on their smoothed tracks, seen by so many receivers each; none where the tracks are not there. */
export async function recordedDays(half: Half, receivers: number, watching: Watching): Promise<CatDays[]> {
  const tracks = ((await realTracks()) ?? []).filter(({ name }) => halfOf(name) === half);
  return tracks.flatMap((track, i) => {
    const startsAt = Math.ceil(track.at[0] as number);
    const seconds = (track.at[track.length - 1] as number) - startsAt;
    return Array.from({ length: receivers }, (_, receiver) => {
      const seed = seedOf(seedOf(watching.seed, 200_000 + i), receiver);
      return watch({ whereabouts: alongTrack(track), startsAt, seconds }, watching, seed);
    });
  });
}
