import { BEGINS_INSIDE, EXACT_WITHIN_CM } from "@purrimeter/device/decide-side";
import type { Fix } from "@purrimeter/device/fix-filter";
import type { TagState } from "@purrimeter/device/tag-state";

/** What one fix said of one geofence, and what the tag believed after it. */
export interface EvidenceFix {
  /** Its number in the journal. */
  readonly number: number;
  /** UTC, s. */
  readonly at: number;
  /** Metres beyond the edge, negative inside; far from the edge a bound, as the decision takes it. */
  readonly distanceM: number;
  /** Error that the receiver claims, m. */
  readonly accuracyM: number;
  /** Probability that the tag is outside, 0 to 1. */
  readonly outside: number;
}

/** Why a side changed. */
export interface Explanation {
  /** The belief before the first of the fixes; before the first of all what is assumed, 0.2. */
  readonly outsideBefore: number;
  /** From the first fix that counted to the one that decided; none when a side expired. */
  readonly fixes: readonly EvidenceFix[];
  /** Earlier fixes that counted and are not listed. */
  readonly omitted: number;
}

/** Fixes that are kept for each geofence: a cat at the edge can leave a side in doubt for hours. */
const KEPT = 200;

/** Fixes that are listed. */
const LISTED = 40;

/** Keeps what the last fixes said of each geofence. */
export class DecisionTrail {
  readonly #fixes: EvidenceFix[][] = [];

  /** Notes a fix that the state has just taken. */
  note(state: TagState, fix: Fix, number: number): void {
    for (let index = 0; index < state.geofences.count; index++) {
      const kept = (this.#fixes[index] ??= []);
      kept.push({
        number,
        at: fix.at,
        distanceM: state.geofences.distanceCm(index, fix.latE7, fix.lonE7, EXACT_WITHIN_CM) / 100,
        accuracyM: fix.accuracyDm / 10,
        outside: Math.round((state.sides.belief.outside[index] ?? NaN) * 10_000) / 10_000,
      });
      if (kept.length > KEPT) kept.shift();
    }
  }

  /** The tag has forgotten what it knew of this geofence. */
  forget(index: number): void {
    this.#fixes[index] = [];
  }

  /** Why the geofence with this index changed, by evidence from entry `evidenceFrom` on. */
  explain(index: number, evidenceFrom: number): Explanation {
    const kept = this.#fixes[index] ?? [];
    const counted = kept.filter(({ number }) => number >= evidenceFrom);
    const fixes = counted.slice(-LISTED);
    const before = kept.findLast(({ number }) => number < (fixes[0]?.number ?? Infinity));
    return {
      outsideBefore: before?.outside ?? 1 - BEGINS_INSIDE,
      fixes,
      omitted: counted.length - fixes.length,
    };
  }
}
