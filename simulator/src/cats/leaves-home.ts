import { LocalPlane } from "../tracks/local-plane.ts";
import type { Life, Whereabouts } from "./life.ts";

/** A cat that has somewhere to go. Metres a second. */
const SPEED_MS = 1.2;

/** Where it stops, metres north of home. */
const DISTANCE_M = 300;

/** Before it goes it is at home, so that its tag knows that side. Seconds. */
const AT_HOME_S = 3_600;

/** Another life until an hour before it leaves home, then at home, and from `leavesAt` on (whole seconds of UTC) straight out. */
export class LeavesHome implements Life {
  readonly #life: Life;
  readonly #home: LocalPlane;
  readonly #leavesAt: number;

  constructor(
    life: Life,
    home: { readonly latDegrees: number; readonly lonDegrees: number },
    leavesAt: number,
  ) {
    this.#life = life;
    this.#home = new LocalPlane(home.latDegrees, home.lonDegrees);
    this.#leavesAt = leavesAt;
  }

  get startsAt(): number {
    return this.#life.startsAt;
  }

  at(utcS: number, into: Whereabouts): void {
    if (utcS < this.#leavesAt - AT_HOME_S) return this.#life.at(utcS, into);
    const northM = Math.min(DISTANCE_M, Math.max(0, utcS - this.#leavesAt) * SPEED_MS);
    into.latDegrees = this.#home.latDegreesAt(northM);
    into.lonDegrees = this.#home.lonDegrees;
    into.speedMS = northM === DISTANCE_M ? 0 : SPEED_MS;
    into.sky = "open";
  }
}
