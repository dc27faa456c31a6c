import type { PeerFix, PeerRule } from "./peer-tag.ts";

/**
 * Change detectors of the literature. All see the same evidence: the logarithm of the generalised likelihood ratio of "15 m
 * beyond the edge or farther" against "15 m inside or deeper", with the tails and the floor of our own model of a fix. It
 * is cut off, so that none falls to one wild fix, and none forgets a cat that is far away. Each looks for a change to the
 * other side and starts again when it has found one.
 */
const APART_M = 15;
const FLOOR_M = 4.3;
const CLAIMS = 1.6;
const FREEDOM = 3;
const MOST_EVIDENCE = 4;

function evidenceOf({ beyondM, claimedM }: PeerFix): number {
  const scaleM = Math.max(FLOOR_M, CLAIMS * claimedM);
  const spread = (offM: number): number => 1 + (Math.max(0, offM) / scaleM) ** 2 / FREEDOM;
  const evidence = ((FREEDOM + 1) / 2) * Math.log(spread(APART_M + beyondM) / spread(APART_M - beyondM));
  return Math.max(-MOST_EVIDENCE, Math.min(MOST_EVIDENCE, evidence));
}

/** Says of the evidence for a change, one fix after another, whether it is one now. */
type ChangeTest = (evidence: number, passedS: number) => boolean;

function twoSided(make: () => ChangeTest): PeerRule {
  let isOutside = false;
  let test = make();
  return (fix) => {
    const evidence = evidenceOf(fix);
    if (test(isOutside ? -evidence : evidence, fix.passedS)) {
      isOutside = !isOutside;
      test = make();
    }
    return isOutside;
  };
}

const AVERAGED_FIXES = 4;

/** Finite moving average: the evidence of the last four fixes passes `threshold` (Egea-Roca et al. 2018). */
export function finiteMovingAverage(threshold: number): PeerRule {
  return twoSided(() => {
    const last: number[] = [];
    return (evidence) => {
      last.push(evidence);
      if (last.length > AVERAGED_FIXES) last.shift();
      return last.reduce((sum, one) => sum + one, 0) > threshold;
    };
  });
}

const WINDOW_FIXES = 10;

/** Window-limited CUSUM: the best run of at most ten fixes up to now passes `threshold` (Guepie, Fillatre, Nikiforov). */
export function cusum(threshold: number): PeerRule {
  return twoSided(() => {
    const last: number[] = [];
    return (evidence) => {
      last.push(evidence);
      if (last.length > WINDOW_FIXES) last.shift();
      let sum = 0;
      return last.toReversed().some((one) => (sum += one) > threshold);
    };
  });
}

/** Mean time between two changes that Shiryaev's prior assumes. */
const CHANGES_EVERY_S = 6 * 3_600;

/** Shiryaev: the posterior chance that no change has come falls below `remaining`. */
export function shiryaev(remaining: number): PeerRule {
  return twoSided(() => {
    let odds = 0;
    return (evidence, passedS) => {
      const chance = 1 - Math.exp(-passedS / CHANGES_EVERY_S);
      odds = ((odds + chance) / (1 - chance)) * Math.exp(evidence);
      return odds > (1 - remaining) / remaining;
    };
  });
}
