import type { Sky } from "@purrimeter/simulator/life";
import { Random } from "@purrimeter/simulator/random";
import { COLLAR_RECEIVER, ReceiverError } from "@purrimeter/simulator/receiver-model";
import { type CatDays, type Exit, TRUTH_STEP_S } from "./cat-days.ts";
import { type ErrorSource, FittedReceiver, fittedTimes } from "./fitted-receiver.ts";

/** The receiver of record is fitted to logs; the collar's is the simulator's, with chosen figures. */
type Receiver = "fitted" | "collar";

/** Share of searches indoors that give a fix all the same, and how such fixes of the collar's receiver drift (assumptions). */
const INDOOR_FIX_SHARE = 0.15;
const INDOOR_DRIFT_M = 25;
const INDOOR_CORRELATION_S = 300;

/** After this long without a fix the receiver sees other satellites. */
const RESTART_AFTER_S = 1_800;

/**
 * Scale of the error of the receiver's speed along an axis, m/s, as Student's t with two degrees of freedom: the recorded
 * cats' loggers say 0.29 m/s in the median within 30 m of home, 1.0 in one fix of ten and 3.0 in one of a hundred, their
 * walking included. In reflections it is larger (an assumption).
 */
const SPEED_ERROR_MS = 0.21;
const SPEED_ERROR_BAD_MS = 0.6;

/** No receiver says more. */
const MOST_SPEED_CM_S = 20_000;

/** A cat's place from the centre of its zone. */
export interface Place {
  eastM: number;
  northM: number;
  sky: Sky;
  /** Nothing gets through at all, not even now and then as under a roof. */
  isShielded: boolean;
  /** Added to the receiver's own error: a street of houses, a roof's edge. */
  biasEastM: number;
  biasNorthM: number;
}

/** Fills in where the cat is, or says that nobody knows. Times only grow. */
export type Whereabouts = (at: number, into: Place) => boolean;

/** How cats are looked at: every `lookS` seconds, a divisor or a multiple of 10, or 15. */
export interface Watching {
  readonly lookS: number;
  readonly receiver: Receiver;
  readonly seed: number;
  /** How many times the fitted receiver's error and claim; 1 when absent. */
  readonly errorTimes?: number;
}

/** A time of a cat's life. */
export interface Watched {
  readonly whereabouts: Whereabouts;
  readonly startsAt: number;
  readonly seconds: number;
  readonly exits?: readonly Exit[];
  readonly strain?: Exit;
}

/** A place in the middle of the zone, under the sky. */
function somewhere(): Place {
  return { eastM: 0, northM: 0, sky: "open", isShielded: false, biasEastM: 0, biasNorthM: 0 };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** A watch in progress. */
class Watch {
  readonly #error: ErrorSource;
  readonly #random: Random;
  /** Its own, so that places do not depend on how speeds are made. */
  readonly #tails: Random;
  readonly #isCollar: boolean;
  readonly #lookS: number;
  readonly #fixes: [number, number, number, number, number, number, number][] = [];
  #darkAt = 0;
  #driftEastM = 0;
  #driftNorthM = 0;
  #lastFixAt = -Infinity;

  constructor({ receiver, lookS, errorTimes = 1 }: Watching, seed: number) {
    this.#random = new Random(seed);
    this.#tails = new Random(~seed);
    this.#isCollar = receiver === "collar";
    this.#error = this.#isCollar
      ? new ReceiverError(COLLAR_RECEIVER, this.#random)
      : new FittedReceiver(this.#random, fittedTimes(errorTimes));
    this.#lookS = lookS;
    this.#error.restart();
  }

  look(at: number, place: Place, velocity: readonly [number, number]): void {
    const isIndoors = place.sky === "none";
    if (at - this.#lastFixAt > RESTART_AFTER_S) this.#error.restart();
    // The receiver's error goes on while it has no fix, so that gaps make no episode likelier or longer.
    this.#error.advance(this.#lookS, place.sky);
    this.#drift(isIndoors && this.#isCollar);
    if (place.isShielded || (isIndoors && !this.#random.chance(INDOOR_FIX_SHARE))) {
      this.#darkAt = at;
      return;
    }
    this.#lastFixAt = at;
    const eastM = place.eastM + this.#error.eastM + this.#driftEastM + place.biasEastM;
    const northM = place.northM + this.#error.northM + this.#driftNorthM + place.biasNorthM;
    const accuracyDm = Math.max(1, Math.round(this.#error.claimedM * 10));
    this.#fixes.push([at, eastM, northM, accuracyDm, ...this.#doppler(velocity, isIndoors), this.#darkAt]);
    this.#darkAt = 0;
  }

  columns(): Pick<CatDays, "at" | "eastM" | "northM" | "accuracyDm" | "speedCmS" | "courseDeg10" | "darkAt"> {
    const column = (n: 0 | 1 | 2 | 3 | 4 | 5 | 6) => this.#fixes.map((fix) => fix[n]);
    return {
      at: Float64Array.from(column(0)),
      eastM: Float32Array.from(column(1)),
      northM: Float32Array.from(column(2)),
      accuracyDm: Uint16Array.from(column(3)),
      speedCmS: Uint16Array.from(column(4)),
      courseDeg10: Uint16Array.from(column(5)),
      darkAt: Float64Array.from(column(6)),
    };
  }

  #doppler([eastMS, northMS]: readonly [number, number], isIndoors: boolean): [number, number] {
    const isBad = isIndoors || (this.#error instanceof FittedReceiver && this.#error.isReflected);
    const scaleMS = isBad ? SPEED_ERROR_BAD_MS : SPEED_ERROR_MS;
    const errorMS = scaleMS / Math.sqrt(-Math.log(1 - this.#tails.next()));
    const east = eastMS + errorMS * this.#random.normal();
    const north = northMS + errorMS * this.#random.normal();
    const courseDegrees = (Math.atan2(east, north) * 180) / Math.PI;
    const speedCmS = Math.min(MOST_SPEED_CM_S, Math.round(Math.hypot(east, north) * 100));
    return [speedCmS, Math.round(courseDegrees * 10 + 3_600) % 3_600];
  }

  #drift(isDrifting: boolean): void {
    const keep = isDrifting ? Math.exp(-this.#lookS / INDOOR_CORRELATION_S) : 0;
    const fresh = isDrifting ? INDOOR_DRIFT_M * Math.sqrt(1 - keep * keep) : 0;
    this.#driftEastM = keep * this.#driftEastM + (isDrifting ? fresh * this.#random.normal() : 0);
    this.#driftNorthM = keep * this.#driftNorthM + (isDrifting ? fresh * this.#random.normal() : 0);
  }
}

/** Looks at the cat for its time, with a fix at every look where the receiver has one. */
export function watch(watched: Watched, watching: Watching, seed: number): CatDays {
  const { whereabouts, startsAt, seconds, exits, strain } = watched;
  const { lookS } = watching;
  const going = new Watch(watching, seed);
  const place = somewhere();
  const trueM = new Float32Array(Math.ceil(seconds / TRUTH_STEP_S)).fill(NaN);
  const stepS = greatestCommonDivisor(lookS, TRUTH_STEP_S);
  let [beforeEastM, beforeNorthM] = [NaN, NaN];
  for (let passedS = 0; passedS < seconds; passedS += stepS) {
    const at = startsAt + passedS;
    const isKnown = whereabouts(at, place);
    const velocity = [
      (place.eastM - beforeEastM) / stepS || 0,
      (place.northM - beforeNorthM) / stepS || 0,
    ] as const;
    [beforeEastM, beforeNorthM] = isKnown ? [place.eastM, place.northM] : [NaN, NaN];
    if (!isKnown) continue;
    if (passedS % TRUTH_STEP_S === 0) trueM[passedS / TRUTH_STEP_S] = Math.hypot(place.eastM, place.northM);
    if (passedS % lookS === 0) going.look(at, place, velocity);
  }
  const knownS = trueM.reduce((sum, metres) => sum + (metres >= 0 ? TRUTH_STEP_S : 0), 0);
  const all = { days: knownS / 86_400, startsAt, trueM, lookS, ...going.columns() };
  return { ...all, ...(exits === undefined ? {} : { exits }), ...(strain === undefined ? {} : { strain }) };
}
