import { catCharacter, type CatCharacter } from "./cat-character.ts";
import type { Life, Sky, Whereabouts } from "./life.ts";
import type { LocalPlane } from "../tracks/local-plane.ts";
import { Random, seedOf } from "../random.ts";

/** A straight walk, or a rest when both ends are the same; metres east and north of home. */
interface Leg {
  readonly startsAt: number;
  readonly endsAt: number;
  readonly fromEastM: number;
  readonly fromNorthM: number;
  readonly toEastM: number;
  readonly toNorthM: number;
  readonly sky: Sky;
}

/** Cats are active at dawn and dusk: how much longer than usual they stay in, by hour of UTC. */
function restFactor(utcS: number): number {
  const hour = (utcS / 3600) % 24;
  const crepuscular = (hour >= 4 && hour < 8) || (hour >= 17 && hour < 22);
  return crepuscular ? 0.7 : 1.2;
}

/** A walk is not straight: it consists of legs of about this length. */
const STRIDE_M = 25;

/** Within this of the door the house hides half of the sky. */
const HOUSE_SHADE_M = 15;

/**
 * An invented cat that lives for ever: it sleeps indoors, sits about in its garden, walks to places up to some
 * hundreds of metres away, stays there a while and comes back. The same seed, home and start give the same life. It is
 * planned only as far as it is read.
 */
export class SyntheticCat implements Life {
  readonly startsAt: number;
  readonly character: CatCharacter;
  readonly #home: LocalPlane;
  readonly #random: Random;
  #legs: Leg[] = [];
  #planned: number;
  #eastM = 0;
  #northM = 0;

  constructor(seed: number, home: LocalPlane, startsAt: number) {
    this.startsAt = startsAt;
    this.character = catCharacter(seed);
    this.#home = home;
    this.#random = new Random(seedOf(seed, 1));
    this.#planned = startsAt;
    this.#rest(this.#random.between(60, 1_800), "none");
  }

  at(utcS: number, into: Whereabouts): void {
    while (this.#planned <= utcS) this.#planOuting();
    while (this.#legs.length > 1 && this.#legs[0]!.endsAt <= utcS) this.#legs.shift();
    const leg = this.#legs[0]!;
    const lastsS = leg.endsAt - leg.startsAt;
    const share = Math.min(1, Math.max(0, (utcS - leg.startsAt) / lastsS));
    const eastM = leg.toEastM - leg.fromEastM;
    const northM = leg.toNorthM - leg.fromNorthM;
    into.lonDegrees = this.#home.lonDegreesAt(leg.fromEastM + eastM * share);
    into.latDegrees = this.#home.latDegreesAt(leg.fromNorthM + northM * share);
    into.speedMS = Math.hypot(eastM, northM) / lastsS;
    into.sky = leg.sky;
  }

  #planOuting(): void {
    const { roaming, indoorsS } = this.character;
    const places = this.#random.chance(roaming) ? 1 + Math.floor(this.#random.exponential(0.6)) : 0;
    this.#potter(this.#random.logNormal(900, 0.7), 0, 0, this.character.gardenM);
    for (let i = 0; i < places; i++) this.#visit();
    if (places > 0) this.#walk(0, 0);
    if (this.#random.chance(0.5))
      this.#potter(this.#random.logNormal(600, 0.7), 0, 0, this.character.gardenM);
    this.#walk(this.#random.normal() * 3, this.#random.normal() * 3);
    this.#rest(60 + this.#random.exponential(indoorsS * restFactor(this.#planned)), "none");
  }

  /** Walks to a place, stays about there, some of the time asleep. */
  #visit(): void {
    const angle = this.#random.between(0, 2 * Math.PI);
    const distanceM = this.#random.logNormal(this.character.rangeM, 0.6);
    const eastM = distanceM * Math.cos(angle);
    const northM = distanceM * Math.sin(angle);
    this.#walk(eastM, northM);
    this.#potter(this.#random.logNormal(this.character.stayS, 0.8), eastM, northM, 20);
  }

  /** Short walks and rests around a place for `seconds` seconds. */
  #potter(seconds: number, eastM: number, northM: number, spreadM: number): void {
    const until = this.#planned + seconds;
    while (this.#planned < until) {
      this.#walk(eastM + spreadM * this.#random.normal(), northM + spreadM * this.#random.normal());
      this.#rest(this.#random.logNormal(110, 1.1), this.#skyHere());
    }
  }

  #skyHere(): Sky {
    return Math.hypot(this.#eastM, this.#northM) < HOUSE_SHADE_M ? "partial" : "open";
  }

  /** Walks there in legs around the straight line. */
  #walk(eastM: number, northM: number): void {
    const distanceM = Math.hypot(eastM - this.#eastM, northM - this.#northM);
    const strides = Math.max(1, Math.round(distanceM / STRIDE_M));
    for (let left = strides; left > 1; left--) {
      const windM = (distanceM / strides) * 0.35;
      const nextEastM = this.#eastM + (eastM - this.#eastM) / left + windM * this.#random.normal();
      const nextNorthM = this.#northM + (northM - this.#northM) / left + windM * this.#random.normal();
      this.#step(nextEastM, nextNorthM);
      if (this.#random.chance(0.3)) this.#rest(this.#random.logNormal(60, 1), this.#skyHere());
    }
    this.#step(eastM, northM);
  }

  #step(eastM: number, northM: number): void {
    const distanceM = Math.hypot(eastM - this.#eastM, northM - this.#northM);
    const seconds = 1 + distanceM / this.#random.logNormal(this.character.walkMS, 0.3);
    this.#add(seconds, eastM, northM, this.#skyHere());
  }

  #rest(seconds: number, sky: Sky): void {
    this.#add(seconds, this.#eastM, this.#northM, sky);
  }

  #add(seconds: number, toEastM: number, toNorthM: number, sky: Sky): void {
    const startsAt = this.#planned;
    this.#planned += seconds;
    const from = { fromEastM: this.#eastM, fromNorthM: this.#northM };
    this.#legs.push({ startsAt, endsAt: this.#planned, ...from, toEastM, toNorthM, sky });
    this.#eastM = toEastM;
    this.#northM = toNorthM;
  }
}
