import { wrapLonE7 } from "@purrimeter/protocol/lon-delta";
import type { GeofenceSetting } from "@purrimeter/protocol/messages";
import type { GeofenceRef, LatE7, LonE7, Side } from "@purrimeter/protocol/values";
import { acceptReading, emptyFix, FixFilterState } from "../nmea/fix-filter.ts";
import { emptyReading } from "../nmea/reading.ts";
import { step } from "../tag.ts";
import { TagState } from "../tag-state.ts";
import { NOON_S } from "./tag-rig.ts";

const E7_PER_METRE = 1e7 / 111_195;

/** A point of the earth, degrees; distances are from it. */
export interface Middle {
  readonly lat: number;
  readonly lon: number;
}

export const HOME: Middle = { lat: 52, lon: 5 };

function lonE7Of({ lat, lon }: Middle, eastM: number): number {
  const e7 = Math.round(lon * 1e7 + (eastM * E7_PER_METRE) / Math.cos((lat * Math.PI) / 180));
  return wrapLonE7(e7);
}

const latE7Of = ({ lat }: Middle, northM: number): number => Math.round(lat * 1e7 + northM * E7_PER_METRE);

/** A circle whose centre is so far from the middle. */
export function circleAt(radiusM: number, eastM = 0, northM = 0, middle = HOME, ref = 0): GeofenceSetting {
  const centre = { latE7: latE7Of(middle, northM) as LatE7, lonE7: lonE7Of(middle, eastM) as LonE7 };
  return { kind: "circle", ref: ref as GeofenceRef, ...centre, radiusCm: radiusM * 100 };
}

/** A regular polygon round the middle; `radiusM` to its corners. */
export function polygonAt(corners: number, radiusM: number, middle = HOME, ref = 0): GeofenceSetting {
  const vertices = Array.from({ length: corners }, (_, i) => {
    const angle = (i / corners) * 2 * Math.PI;
    return {
      latE7: latE7Of(middle, radiusM * Math.sin(angle)) as LatE7,
      lonE7: lonE7Of(middle, radiusM * Math.cos(angle)) as LonE7,
    };
  });
  return { kind: "polygon", ref: ref as GeofenceRef, vertices };
}

/** What the receiver says; 4.5 m are claimed, and no motion, where nothing else is said. */
export interface Said {
  readonly claimDm?: number;
  readonly speedCmS?: number;
  readonly courseDeg10?: number;
}

/** Errors of a receiver at rest, metres. */
const ERRORS_M = [1.2, -3.1, 2.4, 0.6, -1.8, 3.3, -0.9, 2.1];

/** The filter and the core, given readings of a cat that is somewhere, at intervals of the test's choice. */
export class PlacedTag {
  /** All changes of sides, as "REF from>to". */
  readonly changes: string[] = [];
  /** Seconds since the start. */
  passedS = 0;
  readonly #middle: Middle;
  readonly #state = new TagState();
  readonly #filter = new FixFilterState();
  readonly #reading = emptyReading();
  readonly #fix = emptyFix();
  #next = 1;
  #geofences: readonly GeofenceSetting[] = [];

  constructor(geofences: readonly GeofenceSetting[], middle = HOME) {
    this.#middle = middle;
    this.#state.nextHealthMs = Infinity;
    this.run(geofences);
  }

  /** Gives it settings; the outcome of preparing the geofences. After a refusal it goes on with those before, as the firmware does. */
  run(geofences: readonly GeofenceSetting[]): string {
    const outcome = this.#state.geofences.prepare(geofences);
    if (outcome !== "prepared") {
      this.#state.geofences.prepare(this.#geofences);
      return outcome;
    }
    this.#geofences = geofences;
    const settings = { version: this.#next, fixIntervalS: 60, reportIntervalS: 300, geofences };
    step(this.#state, {
      kind: "settings",
      nowMs: this.passedS * 1_000,
      utcS: NOON_S + this.passedS,
      settings,
    });
    return outcome;
  }

  /** The sides of all its geofences. */
  get sides(): Side[] {
    return Array.from({ length: this.#state.geofences.count }, (_, i) => this.#state.sides.side(i));
  }

  /** One reading at a place, so many seconds after the start by the receiver's clock. Whether it became a fix. */
  hear(eastM: number, northM: number, said: Said = {}, atS = this.passedS): string {
    Object.assign(this.#reading, {
      utcS: NOON_S + atS,
      latE7: latE7Of(this.#middle, northM),
      lonE7: lonE7Of(this.#middle, eastM),
      accuracyDm: said.claimDm ?? 45,
      speedCmS: said.speedCmS ?? -1,
      courseDeg10: said.courseDeg10 ?? -1,
      valid: true,
    });
    const outcome = acceptReading(this.#filter, this.#reading, this.#fix);
    if (outcome === "accepted") this.#take(this.#fix.at);
    return outcome;
  }

  /** A cat that stays at a place: a reading every `everyS` seconds for `seconds`. */
  stay(eastM: number, northM: number, seconds: number, everyS = 60, said: Said = {}): void {
    for (const endsAt = this.passedS + seconds; this.passedS < endsAt; this.passedS += everyS) {
      const [east, north] = [ERRORS_M[this.#next % 8] as number, ERRORS_M[(this.#next + 3) % 8] as number];
      this.hear(eastM + east, northM + north, said);
    }
  }

  #take(utcS: number): void {
    const now = { nowMs: this.passedS * 1_000, utcS };
    this.#state.isSearching = false;
    this.#state.nextFixMs = -Infinity;
    this.#step({ kind: "tick", ...now, number: this.#next });
    this.#step({ kind: "fix", ...now, fix: this.#fix, number: this.#next });
  }

  #step(event: Parameters<typeof step>[1]): void {
    step(this.#state, event);
    const { effects } = this.#state;
    for (let i = 0; i < effects.count; i++) {
      const { kind, geofence, from, to } = effects.at(i);
      if (kind === "append-transition") this.changes.push(`${geofence} ${from}>${to}`);
      if (kind === "append-fix" || kind === "append-transition") this.#next++;
    }
  }
}
