import { Episodes } from "./episodes.ts";
import type { Sky } from "../cats/life.ts";
import type { Random } from "../random.ts";

/** The errors of a satellite receiver. Lengths in metres, times in seconds. */
export interface ReceiverParameters {
  /** Standard deviation of the slow error per axis, with all of the sky and with half of it. */
  readonly openM: number;
  readonly partialM: number;
  /** How much that varies from one search to the next: standard deviation of its logarithm. */
  readonly spread: number;
  /** Time constant of the slow error: after it 63 % has decayed. */
  readonly correlationS: number;
  /** Standard deviation of the part that is new at every epoch, per axis. */
  readonly whiteM: number;
  /** Mean time between two episodes of reflections that put fixes far off, and how long they last. */
  readonly outlierEveryS: number;
  readonly outlierLastsS: number;
  /** Median length of such an error and the standard deviation of its logarithm. */
  readonly outlierM: number;
  readonly outlierSpread: number;
  /** Claimed over true standard deviation: below 1 the receiver is over-confident. */
  readonly claim: number;
  /** Share of outlier episodes that the receiver notices and admits. */
  readonly admitted: number;
  /** Seconds of sky until the first fix: never had one or older than four hours, older than two minutes, younger. */
  readonly coldStartS: number;
  readonly warmStartS: number;
  readonly hotStartS: number;
}

/**
 * Loggers of pet cats: the median error at home lies between 8 and 17 m, the 95th percentile between 22 and 72 m; 1.9 % of
 * the fixes are outliers, half of the marked ones within 230 m. Start times are those of u-blox MAX-M10S and Quectel
 * LC76G data sheets (cold 24 to 26 s, hot 1 to 2 s), lengthened for an antenna under a cat's chin (assumption).
 */
export const COLLAR_RECEIVER: ReceiverParameters = {
  openM: 4.5,
  partialM: 10,
  spread: 0.55,
  correlationS: 150,
  whiteM: 1.2,
  outlierEveryS: 7_000,
  outlierLastsS: 100,
  outlierM: 150,
  outlierSpread: 1.1,
  claim: 0.55,
  admitted: 0.3,
  coldStartS: 35,
  warmStartS: 12,
  hotStartS: 3,
};

/**
 * For recorded tracks, whose fixes already contain their logger's error: only enough noise that neighbouring fixes
 * differ.
 */
export const FAITHFUL_RECEIVER: ReceiverParameters = {
  ...COLLAR_RECEIVER,
  openM: 1.5,
  partialM: 1.5,
  spread: 0.3,
  outlierEveryS: Infinity,
};

/** The error of one receiver as it wanders, a Gauss-Markov process with reflections. Everything follows from `random`. */
export class ReceiverError {
  eastM = 0;
  northM = 0;
  /** What the receiver claims, distance root mean square, in metres. */
  claimedM = 0;
  readonly #parameters: ReceiverParameters;
  readonly #random: Random;
  readonly #episodes: Episodes;
  #slowEast = 0;
  #slowNorth = 0;
  #quality = 1;
  #outlierEast = 0;
  #outlierNorth = 0;
  #admittedM = 0;

  constructor(parameters: ReceiverParameters, random: Random) {
    this.#parameters = parameters;
    this.#random = random;
    this.#episodes = new Episodes(parameters.outlierEveryS, parameters.outlierLastsS, random);
  }

  /** A new search: different satellites, quality and error. */
  restart(): void {
    this.#quality = this.#random.logNormal(1, this.#parameters.spread);
    this.#slowEast = this.#random.normal();
    this.#slowNorth = this.#random.normal();
  }

  /** Advances by `seconds` seconds. */
  advance(seconds: number, sky: Sky): void {
    const { openM, partialM, correlationS, whiteM, claim } = this.#parameters;
    const keep = Math.exp(-seconds / correlationS);
    const fresh = Math.sqrt(1 - keep * keep);
    this.#slowEast = keep * this.#slowEast + fresh * this.#random.normal();
    this.#slowNorth = keep * this.#slowNorth + fresh * this.#random.normal();
    this.#advanceOutlier(seconds);
    const sigmaM = this.#quality * (sky === "open" ? openM : partialM);
    this.eastM = sigmaM * this.#slowEast + whiteM * this.#random.normal() + this.#outlierEast;
    this.northM = sigmaM * this.#slowNorth + whiteM * this.#random.normal() + this.#outlierNorth;
    this.claimedM = Math.SQRT2 * claim * Math.hypot(sigmaM, whiteM) + this.#admittedM;
  }

  #advanceOutlier(seconds: number): void {
    const { outlierM, outlierSpread, admitted } = this.#parameters;
    const episode = this.#episodes.advance(seconds);
    if (episode === "same") return;
    const lengthM = episode === "new" ? this.#random.logNormal(outlierM, outlierSpread) : 0;
    const angle = episode === "new" ? this.#random.between(0, 2 * Math.PI) : 0;
    this.#outlierEast = lengthM * Math.cos(angle);
    this.#outlierNorth = lengthM * Math.sin(angle);
    this.#admittedM = episode === "new" && this.#random.chance(admitted) ? lengthM : 0;
  }
}
