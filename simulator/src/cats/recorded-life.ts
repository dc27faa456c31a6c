import type { Life, Whereabouts } from "./life.ts";
import { LocalPlane } from "../tracks/local-plane.ts";
import { cleanTrack, type Track } from "../tracks/track.ts";

/** Between fixes farther apart than this the path is unknown: the logger slept, and so, presumably, did the cat. */
const LONGEST_STEP_S = 900;

/**
 * Time before and after a single fix for which the cat is taken to be there with a view of the sky: tags without sky
 * search every 15 min.
 */
const LINGER_S = 450;

/** Loggers slept until the cat moved: at a fix it was moving. */
const ABOUT_MS = 0.1;

/**
 * A recorded track as a life: straight lines between fixes, outliers left out. In a gap of more than 15 min the cat
 * stays where it was and, except for a while at either end, has no view of the sky, as its place is not known. Before the
 * first and after the last fix it stays there under the open sky.
 */
export class RecordedLife implements Life {
  readonly startsAt: number;
  readonly #track: Track;
  #i = 0;

  /** The track has at least one fix that is no outlier. `startsAt` is its first when left out. */
  constructor(track: Track, startsAt?: number) {
    this.#track = cleanTrack(track);
    this.startsAt = startsAt ?? Math.floor(this.#track.at[0]!);
  }

  at(utcS: number, into: Whereabouts): void {
    const { at, length } = this.#track;
    while (this.#i + 1 < length && at[this.#i + 1]! <= utcS) this.#i++;
    const i = this.#i;
    const gapS = i + 1 < length ? at[i + 1]! - at[i]! : 0;
    if (gapS > 0 && gapS <= LONGEST_STEP_S && utcS > at[i]!)
      this.#between(i, (utcS - at[i]!) / gapS, gapS, into);
    else this.#stay(i, utcS, gapS, into);
  }

  #between(i: number, share: number, gapS: number, into: Whereabouts): void {
    const { lat, lon } = this.#track;
    const plane = new LocalPlane(lat[i]!, lon[i]!);
    const eastM = plane.eastM(lon[i + 1]!);
    const northM = plane.northM(lat[i + 1]!);
    into.latDegrees = plane.latDegreesAt(northM * share);
    into.lonDegrees = plane.lonDegreesAt(eastM * share);
    into.speedMS = Math.hypot(eastM, northM) / gapS;
    into.sky = "open";
  }

  #stay(i: number, utcS: number, gapS: number, into: Whereabouts): void {
    const { at, lat, lon } = this.#track;
    const sinceS = utcS - at[i]!;
    const leaving = gapS > LONGEST_STEP_S && gapS - sinceS < LINGER_S;
    const where = leaving ? i + 1 : i;
    into.latDegrees = lat[where]!;
    into.lonDegrees = lon[where]!;
    const isAbout = gapS > 0 && (sinceS < LINGER_S || leaving);
    into.speedMS = isAbout ? ABOUT_MS : 0;
    into.sky = gapS === 0 || isAbout ? "open" : "none";
  }
}
