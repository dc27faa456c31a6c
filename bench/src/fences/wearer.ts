import { inventedHome } from "@purrimeter/simulator/invented-homes";
import { nowhere, type Life, type Whereabouts } from "@purrimeter/simulator/life";
import { LocalPlane } from "@purrimeter/simulator/local-plane";
import { Random, seedOf } from "@purrimeter/simulator/random";
import {
  COLLAR_RECEIVER,
  FAITHFUL_RECEIVER,
  type ReceiverParameters,
} from "@purrimeter/simulator/receiver-model";
import { RecordedLife } from "@purrimeter/simulator/recorded-life";
import { SyntheticCat } from "@purrimeter/simulator/synthetic-cat";
import { medianOf } from "../rounds.ts";
import { type Half, halfOf } from "./fence-world.ts";
import { realTracks } from "./real-tracks.ts";

/** A cat whose tag is measured, over a time of its life. */
export interface Wearer {
  readonly seed: number;
  readonly home: LocalPlane;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly receiver: ReceiverParameters;
  /** The same life from its start, for a reader of its own. */
  newLife(): Life;
}

const DAY_S = 86_400;

/** The beacon is heard through a wall or two. */
const BEACON_REACH_M = 25;

/** Share of ten-minute slots in which a cat under a roof stirs: farm cats slept or rested 62 % of the day (Panaman 1981). */
const AWAKE_INDOORS = 0.38;
const SLOT_S = 600;

/** What the tag's other sensors would feel of the truth. */
export class Senses {
  readonly truth: Whereabouts = nowhere();
  private readonly wearer: Wearer;
  private readonly life: Life;

  constructor(wearer: Wearer) {
    this.wearer = wearer;
    this.life = wearer.newLife();
  }

  /** Times may only grow. */
  at(utcS: number): this {
    this.life.at(utcS, this.truth);
    return this;
  }

  get distanceM(): number {
    return this.wearer.home.distanceM(this.truth.latDegrees, this.truth.lonDegrees);
  }

  get hearsHome(): boolean {
    return this.distanceM <= BEACON_REACH_M;
  }

  /** Under the sky a cat stirs all the time; under a roof it sleeps or is about by turns. */
  isMoving(utcS: number): boolean {
    if (this.truth.sky !== "none") return true;
    return new Random(seedOf(this.wearer.seed, Math.floor(utcS / SLOT_S))).chance(AWAKE_INDOORS);
  }
}

/**
 * The recorded cats of a half, each over so many days from its first fix; invented ones where the file is not there.
 */
export async function wearers(
  half: Half,
  days: number,
): Promise<{ readonly cats: string; readonly wearers: readonly Wearer[] }> {
  const tracks = await realTracks();
  if (tracks === undefined) return { cats: "invented", wearers: invented(30, days) };
  const recorded = tracks
    .filter(({ name, length }) => length > 1 && halfOf(name) === half)
    .map((track, seed): Wearer => {
      const lat = medianOf([...track.lat.subarray(0, track.length)]);
      const lon = medianOf([...track.lon.subarray(0, track.length)]);
      const startsAt = Math.floor(track.at[0] as number);
      const lastAt = Math.ceil(track.at[track.length - 1] as number);
      const endsAt = Math.min(lastAt, startsAt + days * DAY_S);
      const home = new LocalPlane(lat, lon);
      const newLife = (): Life => new RecordedLife(track);
      return { seed, home, startsAt, endsAt, receiver: FAITHFUL_RECEIVER, newLife };
    });
  return { cats: "recorded", wearers: recorded };
}

/** Invented cats, fitted to the recorded ones. */
export function invented(cats: number, days: number): Wearer[] {
  const startsAt = 1_795_219_200;
  return Array.from({ length: cats }, (_, seed) => {
    const home = inventedHome(seed, 1);
    const newLife = (): Life => new SyntheticCat(seed, home, startsAt);
    return { seed, home, startsAt, endsAt: startsAt + days * DAY_S, receiver: COLLAR_RECEIVER, newLife };
  });
}
