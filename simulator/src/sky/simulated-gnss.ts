import type { Gnss } from "@purrimeter/device/ports";
import { nowhere, type Life } from "../cats/life.ts";
import { LocalPlane } from "../tracks/local-plane.ts";
import { NmeaWriter, type Epoch } from "./nmea-writer.ts";
import type { Random } from "../random.ts";
import { ReceiverError, type ReceiverParameters } from "./receiver-model.ts";
import type { VirtualClock } from "../virtual-clock.ts";

const EPOCH_MS = 1_000;

/** A searching receiver sends every second; the firmware needs its sentences less often. */
const SEARCHING_MS = 5_000;

/** An ephemeris is valid for four hours; a receiver that was off for two minutes finds its satellites almost at once. */
const EPHEMERIS_S = 4 * 3600;
const HOT_S = 120;

/** After a day nothing of an error remains. */
const LONGEST_STEP_S = 86_400;

/** After this time different satellites are in view, and the errors start again. */
const OTHER_SKY_S = 1_800;

/** A receiver on virtual time: when switched on it searches, then sends one epoch of NMEA bytes a second. */
export class SimulatedGnss implements Gnss {
  /** Virtual time of the next bytes, ms; Infinity while it is off. */
  nextMs = Infinity;
  /** Whether the life has ended: then there is no view of the sky. */
  hasEnded = false;
  readonly #clock: VirtualClock;
  readonly #life: Life;
  readonly #parameters: ReceiverParameters;
  readonly #random: Random;
  readonly #error: ReceiverError;
  readonly #writer = new NmeaWriter();
  readonly #truth = nowhere();
  readonly #epoch: Epoch = {
    utcS: 0,
    valid: false,
    latDegrees: 0,
    lonDegrees: 0,
    speedMS: 0,
    claimedM: 0,
    satellites: 0,
  };
  #lastFixS = -Infinity;
  #skyWantedS = 0;
  #lastEpochS = 0;
  #errorAtS = -Infinity;

  constructor(clock: VirtualClock, life: Life, parameters: ReceiverParameters, random: Random) {
    this.#clock = clock;
    this.#life = life;
    this.#parameters = parameters;
    this.#random = random;
    this.#error = new ReceiverError(parameters, random);
  }

  start(): void {
    if (this.nextMs !== Infinity) return;
    const utcS = this.#clock.trueUtcS();
    this.#skyWantedS = this.#random.logNormal(this.#searchS(utcS - this.#lastFixS), 0.3);
    this.#lastEpochS = utcS;
    if (utcS - this.#errorAtS > OTHER_SKY_S) this.#error.restart();
    this.nextMs = Math.ceil(this.#clock.nowMs / EPOCH_MS) * EPOCH_MS + EPOCH_MS;
  }

  stop(): void {
    this.nextMs = Infinity;
  }

  #searchS(sinceS: number): number {
    const { coldStartS, warmStartS, hotStartS } = this.#parameters;
    if (sinceS > EPHEMERIS_S) return coldStartS;
    return sinceS > HOT_S ? warmStartS : hotStartS;
  }

  /** The bytes that are due now: the first `length` of what `bytes` gives. Call at `nextMs`. */
  run(): { readonly bytes: Uint8Array; readonly length: number } {
    const utcS = Math.round(this.#clock.trueUtcS());
    const seconds = utcS - this.#lastEpochS;
    this.#lastEpochS = utcS;
    this.#life.at(utcS, this.#truth);
    const hasSky = !this.hasEnded && this.#truth.sky !== "none";
    if (hasSky) this.#skyWantedS -= seconds;
    const hasFix = hasSky && this.#skyWantedS <= 0;
    this.#describe(utcS, hasFix);
    this.nextMs = this.#clock.nowMs + (hasFix || hasSky ? EPOCH_MS : SEARCHING_MS);
    this.#writer.write(this.#epoch);
    return this.#writer;
  }

  #describe(utcS: number, hasFix: boolean): void {
    const epoch = this.#epoch;
    if (hasFix) this.#lastFixS = utcS;
    epoch.valid = hasFix;
    epoch.utcS = this.#lastFixS === -Infinity ? 0 : utcS;
    epoch.satellites = hasFix ? (this.#truth.sky === "open" ? 9 : 5) : 0;
    if (!hasFix) return;
    // The error also develops while the receiver is off: neighbouring searches have similar errors, and reflections end.
    this.#error.advance(Math.min(utcS - this.#errorAtS, LONGEST_STEP_S), this.#truth.sky);
    this.#errorAtS = utcS;
    const plane = new LocalPlane(this.#truth.latDegrees, this.#truth.lonDegrees);
    epoch.latDegrees = plane.latDegreesAt(this.#error.northM);
    epoch.lonDegrees = plane.lonDegreesAt(this.#error.eastM);
    epoch.speedMS = this.#truth.speedMS;
    epoch.claimedM = this.#error.claimedM;
  }
}
