import { Episodes } from "@purrimeter/simulator/episodes";
import type { Sky } from "@purrimeter/simulator/life";
import type { Random } from "@purrimeter/simulator/random";

/** A receiver's error as it wanders; what a world of cats is watched through. */
export interface ErrorSource {
  readonly eastM: number;
  readonly northM: number;
  readonly claimedM: number;
  /** After a long time off. */
  restart(): void;
  advance(seconds: number, sky: Sky): void;
}

/**
 * Fitted with `bench/src/fences/fit-receiver.ts` to logs of receivers at rest (claims, the first minutes) and to the recorded
 * cats' fixes at rest (size, reflections). docs/fences.md says how well.
 */
export const FITTED = {
  /** Median standard deviation per axis, m: under the sky as the logs of receivers at rest, beside a house as the cats'. */
  openM: 3,
  partialM: 4.1,
  /** Standard deviation of the logarithm of that, and its time. */
  spread: 1,
  spreadS: 150,
  /** The slow error is smooth (Matern 3/2): it has forgotten half of itself after 1.7 times this. */
  smoothS: 42,
  /** Median claim, m, how it differs between searches, and how much of the error's size it follows (as a power). */
  claimM: 4.2,
  claimSpread: 0.35,
  claimFollows: 0.3,
  /** Under a roof, where few satellites get through: a drift per axis, its memory, and the claim's share more. */
  roofM: 22,
  roofKeepsS: 300,
  roofClaim: 1.5,
  /** Reflections: how often, how long, median length and spread; how alike within an episode. */
  reflectionsEveryS: 3_200,
  reflectionsLastS: 115,
  reflectionM: 82,
  reflectionSpread: 0.85,
  reflectionKeepsS: 300,
  /** Share of reflections that the receiver notices, and how much of them it then claims. */
  admitted: 0.5,
  admittedShare: 0.15,
} as const;

export type FittedParameters = { readonly [K in keyof typeof FITTED]: number };

/** A receiver whose error, except reflections, is so many times the fitted one's, and whose claims are too. */
export function fittedTimes(times: number): FittedParameters {
  const { openM, partialM, claimM, roofM } = FITTED;
  const scaled = { openM: openM * times, partialM: partialM * times, claimM: claimM * times };
  return { ...FITTED, ...scaled, roofM: roofM * times };
}

/** One axis of a process that wanders smoothly with variance 1, exact over steps of any length (Matern 3/2). */
class SmoothAxis {
  value = 0;
  private slope = 0;

  restart(random: Random): void {
    this.value = random.normal();
    this.slope = random.normal();
  }

  /** `passed`: the step over the process's time. */
  advance(passed: number, random: Random): void {
    const keep = Math.exp(-passed);
    const [a, b, c] = [keep * (1 + passed), keep * passed, keep * (1 - passed)];
    const spread = Math.sqrt(Math.max(0, 1 - a * a - b * b));
    const shared = spread > 0 ? (2 * b * b) / spread : 0;
    const own = Math.sqrt(Math.max(0, 1 - b * b - c * c - shared * shared));
    const [first, second] = [random.normal(), random.normal()];
    const value = a * this.value + b * this.slope + spread * first;
    this.slope = c * this.slope - b * this.value + shared * first + own * second;
    this.value = value;
  }
}

/** The receiver of record: an error whose size wanders, which the claim hardly knows, and reflections. */
export class FittedReceiver implements ErrorSource {
  eastM = 0;
  northM = 0;
  claimedM = 0;
  private readonly parameters: FittedParameters;
  private readonly random: Random;
  private readonly episodes: Episodes;
  private readonly east = new SmoothAxis();
  private readonly north = new SmoothAxis();
  private readonly size = new SmoothAxis();
  private claim = 0;
  private roofEast = 0;
  private roofNorth = 0;
  private reflectedM = 0;
  private reflectedEast = 0;
  private reflectedNorth = 0;
  private isAdmitted = false;

  constructor(random: Random, parameters: FittedParameters = FITTED) {
    this.parameters = parameters;
    this.random = random;
    this.episodes = new Episodes(parameters.reflectionsEveryS, parameters.reflectionsLastS, random);
    this.restart();
  }

  /** Whether the fix is a reflection. */
  get isReflected(): boolean {
    return this.reflectedM > 0;
  }

  restart(): void {
    this.east.restart(this.random);
    this.north.restart(this.random);
    this.size.restart(this.random);
    this.claim = this.random.normal();
    this.roofEast = this.random.normal();
    this.roofNorth = this.random.normal();
  }

  advance(seconds: number, sky: Sky): void {
    const { parameters, random } = this;
    const { smoothS, openM, partialM, spread, claimM, claimSpread, claimFollows } = parameters;
    this.east.advance(seconds / smoothS, random);
    this.north.advance(seconds / smoothS, random);
    this.size.advance(seconds / parameters.spreadS, random);
    this.reflect(seconds);
    const sizeM = (sky === "open" ? openM : partialM) * Math.exp(spread * this.size.value);
    this.drift(seconds);
    const roofM = sky === "none" ? parameters.roofM : 0;
    this.eastM = sizeM * this.east.value + roofM * this.roofEast + this.reflectedM * this.reflectedEast;
    this.northM = sizeM * this.north.value + roofM * this.roofNorth + this.reflectedM * this.reflectedNorth;
    const claimedM = claimM * Math.exp(claimSpread * this.claim + claimFollows * spread * this.size.value);
    const admittedM = this.isAdmitted ? parameters.admittedShare * this.reflectedM : 0;
    this.claimedM = claimedM * (sky === "none" ? parameters.roofClaim : 1) + admittedM;
  }

  private drift(seconds: number): void {
    const passed = seconds / this.parameters.roofKeepsS;
    this.roofEast = wandered(this.roofEast, passed, this.random);
    this.roofNorth = wandered(this.roofNorth, passed, this.random);
  }

  private reflect(seconds: number): void {
    const { random } = this;
    const { reflectionM, reflectionSpread, reflectionKeepsS, admitted } = this.parameters;
    const episode = this.episodes.advance(seconds);
    if (episode === "none") this.reflectedM = 0;
    if (episode === "new") {
      this.reflectedM = random.logNormal(reflectionM, reflectionSpread);
      this.reflectedEast = random.normal();
      this.reflectedNorth = random.normal();
    }
    if (episode === "same") {
      this.reflectedEast = wandered(this.reflectedEast, seconds / reflectionKeepsS, random);
      this.reflectedNorth = wandered(this.reflectedNorth, seconds / reflectionKeepsS, random);
    }
    this.isAdmitted = episode === "new" ? random.chance(admitted) : episode === "same" && this.isAdmitted;
  }
}

/** A Gauss-Markov process of variance 1, moved on by so much of its time. */
function wandered(value: number, passed: number, random: Random): number {
  const keep = Math.exp(-passed);
  return keep * value + Math.sqrt(1 - keep * keep) * random.normal();
}
