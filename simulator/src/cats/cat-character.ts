import { Random, seedOf } from "../random.ts";

/** What one invented cat is like. All of it follows from the seed. */
export interface CatCharacter {
  /** Median distance of the places that it walks to, m. */
  readonly rangeM: number;
  /** Share of its outdoor bouts that leave the garden, 0 to 1. */
  readonly roaming: number;
  /** Median stay at such a place, s. */
  readonly stayS: number;
  /** Standard deviation of where it sits in its garden, m. */
  readonly gardenM: number;
  /** Mean time indoors between two outings, s. */
  readonly indoorsS: number;
  /** Walking speed, m/s. */
  readonly walkMS: number;
}

/**
 * The spread between cats, fitted to 101 British pet cats (McDonald and Cole 2020, doi:10.5441/001/1.pf315732): most
 * stay within two gardens, one in ten spends its days a hundred metres away, a few walk a kilometre.
 * docs/simulator.md says how well it fits.
 */
const CAT_SPREAD = {
  rangeMedianM: 58,
  rangeSpread: 0.7,
  roamingLow: 0.3,
  roamingHigh: 0.75,
  /** Share of cats that live away from home by day. */
  wandererShare: 0.2,
  wandererRoaming: 0.92,
  stayMedianS: 420,
  gardenMedianM: 11,
  indoorsMeanS: 2.4 * 3600,
  walkMedianMS: 0.65,
} as const;

/** The character of the cat with this seed. */
export function catCharacter(seed: number): CatCharacter {
  const random = new Random(seedOf(seed, 0));
  const wanderer = random.chance(CAT_SPREAD.wandererShare);
  const roaming = random.between(CAT_SPREAD.roamingLow, CAT_SPREAD.roamingHigh);
  return {
    rangeM: random.logNormal(CAT_SPREAD.rangeMedianM * (wanderer ? 1.2 : 1), CAT_SPREAD.rangeSpread),
    roaming: wanderer ? CAT_SPREAD.wandererRoaming : roaming,
    stayS: random.logNormal(CAT_SPREAD.stayMedianS * (wanderer ? 6 : 1), 0.3),
    gardenM: random.logNormal(CAT_SPREAD.gardenMedianM, 0.25),
    indoorsS: random.logNormal(CAT_SPREAD.indoorsMeanS, 0.3),
    walkMS: random.logNormal(CAT_SPREAD.walkMedianMS, 0.15),
  };
}
