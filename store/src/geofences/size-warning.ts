import {
  DEEPEST_M,
  expectedErrors,
  USUAL_QUALITY,
  type ExpectedErrors,
  type FixQuality,
} from "./expected-errors.ts";
import type { GeofenceShape } from "./geofence.ts";
import { inscribedRadiusM } from "./inscribed-radius.ts";

/** What is asked of a fix: when it was, UTC seconds, and the error that it claims, decimetres. */
export interface QualifiedFix {
  readonly at: number;
  readonly accuracyDm: number;
}

/** The quality of a tag's recent fixes; of none, or too few, it is that of a usual receiver. */
export interface RecentQuality extends FixQuality {
  /** How many fixes say so; 0 for a usual receiver. */
  readonly fixes: number;
}

/** A geofence that is too small for a tag's receiver, and how often the tag will be wrong in it. */
export interface SizeWarning extends RecentQuality, ExpectedErrors {
  /** The radius of the largest circle within it, metres. */
  readonly depthM: number;
}

/** Fewer say little about a receiver. */
const FEWEST_FIXES = 10;

/** Fixes farther apart than this have a pause between them, not an interval. */
const LONGEST_INTERVAL_S = 900;

/** No receiver errs less, whatever it claims. */
const LEAST_CLAIM_M = 1;

/** A tag is warned about that has no side or a wrong one for more of the time than this, or more false alarms than one a day. */
const TOLERATED_SHARE = 0.1;
const TOLERATED_ALARMS_PER_WEEK = 7;

/** Of values in any order, the nearest rank. */
function quantile(values: readonly number[], share: number): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)];
}

/** The quality of a tag's fixes, ascending in time. */
export function qualityOf(fixes: readonly QualifiedFix[]): RecentQuality {
  if (fixes.length < FEWEST_FIXES) return { ...USUAL_QUALITY, fixes: 0 };
  const claimsM = fixes.map(({ accuracyDm }) => Math.max(LEAST_CLAIM_M, accuracyDm / 10));
  const intervalsS = fixes
    .slice(1)
    .map(({ at }, i) => at - (fixes[i]?.at ?? at))
    .filter((seconds) => seconds > 0 && seconds <= LONGEST_INTERVAL_S);
  return {
    fixes: fixes.length,
    claimMedianM: quantile(claimsM, 0.5) ?? USUAL_QUALITY.claimMedianM,
    claimP90M: quantile(claimsM, 0.9) ?? USUAL_QUALITY.claimP90M,
    intervalS: quantile(intervalsS, 0.5) ?? USUAL_QUALITY.intervalS,
  };
}

/** Whether a geofence may be too small for some receiver at all. */
export function depthOfSmall(shape: GeofenceShape): number | undefined {
  const depthM = inscribedRadiusM(shape, DEEPEST_M);
  return depthM < DEEPEST_M ? depthM : undefined;
}

/** The warning of a geofence of such a depth for a tag with such fixes; undefined when it is large enough. */
export function sizeWarning(depthM: number, quality: RecentQuality): SizeWarning | undefined {
  const errors = expectedErrors(depthM, quality);
  const isFair =
    errors.noSideShare + errors.wrongSideShare <= TOLERATED_SHARE &&
    errors.falseAlarmsPerWeek <= TOLERATED_ALARMS_PER_WEEK;
  return isFair ? undefined : { depthM, ...quality, ...errors };
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

function alarms(perWeek: number): string {
  const count = Math.round(perWeek);
  if (count === 0) return "hardly a false alarm";
  return count === 1 ? "1 false alarm" : `${count} false alarms`;
}

/** The warning as a sentence for a person, metric, without a place. */
export function describeSizeWarning({ depthM, fixes, claimMedianM, ...warning }: SizeWarning): string {
  const { noSideShare, wrongSideShare, falseAlarmsPerWeek } = warning;
  const whose = fixes === 0 ? "a usual receiver" : `this tag's receiver (it claims ${claimMedianM} m)`;
  return (
    `At its deepest it is ${Math.round(depthM)} m from its edge, too small for ${whose}: expect a wrong side or none ` +
    `${percent(noSideShare + wrongSideShare)} of the time, and ${alarms(falseAlarmsPerWeek)} a week.`
  );
}
