import { LocalPlane } from "../tracks/local-plane.ts";
import type { Life, Whereabouts } from "./life.ts";

/** A cat that has somewhere to go. Metres a second. */
const SPEED_MS = 1.2;

/** Where it stops, metres north of home. */
const DISTANCE_M = 300;

/** Before it goes it moves about at home, so that its tag knows that side; earlier it sleeps there. Seconds. */
const AWAKE_S = 3_600;
const ABOUT_MS = 0.1;

/** At home, and from `leavesAt` on (whole seconds of UTC) straight out: one escape, and nothing else to tell. */
export class LeavesHome implements Life {
  readonly startsAt: number;
  readonly #home: LocalPlane;
  readonly #leavesAt: number;

  /** `startsAt` as in a life; degrees. */
  constructor(
    startsAt: number,
    home: { readonly latDegrees: number; readonly lonDegrees: number },
    leavesAt: number,
  ) {
    this.startsAt = startsAt;
    this.#home = new LocalPlane(home.latDegrees, home.lonDegrees);
    this.#leavesAt = leavesAt;
  }

  at(utcS: number, into: Whereabouts): void {
    const northM = Math.min(DISTANCE_M, Math.max(0, utcS - this.#leavesAt) * SPEED_MS);
    into.latDegrees = this.#home.latDegreesAt(northM);
    into.lonDegrees = this.#home.lonDegrees;
    into.speedMS = this.#speedAt(utcS, northM);
    into.sky = "open";
  }

  #speedAt(utcS: number, northM: number): number {
    if (utcS >= this.#leavesAt) return northM === DISTANCE_M ? ABOUT_MS : SPEED_MS;
    return utcS < this.#leavesAt - AWAKE_S ? 0 : ABOUT_MS;
  }
}
