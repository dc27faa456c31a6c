import { EXPECTED_ERRORS_TABLE } from "./expected-errors-table.ts";

/** What a tag of some zone gets wrong. */
export interface ExpectedErrors {
  /** Shares of the time, 0 to 1: without a side, and with another side than the true one. */
  readonly noSideShare: number;
  readonly wrongSideShare: number;
  readonly falseAlarmsPerWeek: number;
}

/** The same for zones of one depth. */
export interface ZoneErrors extends ExpectedErrors {
  /** The radius of the largest circle within the zone, metres. */
  readonly depthM: number;
}

/** All depths, ascending, at one interval between fixes. */
export interface IntervalErrors {
  readonly intervalS: number;
  readonly zones: readonly ZoneErrors[];
}

/** All intervals, ascending, of a receiver that claims such errors. */
export interface ReceiverErrors {
  readonly claimMedianM: number;
  readonly claimP90M: number;
  readonly intervals: readonly IntervalErrors[];
}

/** What is known of a tag's fixes: the errors that they claim, metres, and the usual seconds between them. */
export interface FixQuality {
  readonly claimMedianM: number;
  readonly claimP90M: number;
  readonly intervalS: number;
}

/** Receivers by ascending claims. */
const RECEIVERS: readonly ReceiverErrors[] = EXPECTED_ERRORS_TABLE.map((receiver) => ({
  claimMedianM: receiver.claimMedianM,
  claimP90M: receiver.claimP90M,
  intervals: Object.entries(receiver.bySeconds).map(([seconds, rows]) => ({
    intervalS: Number(seconds),
    zones: rows.map(([depthM, noSideShare, wrongSideShare, falseAlarmsPerWeek]) => ({
      depthM,
      noSideShare,
      wrongSideShare,
      falseAlarmsPerWeek,
    })),
  })),
}));

/** The quality of the fixes of the receiver that docs/fences.md fits to logs, a fix a minute; of a tag that sent none yet. */
export const USUAL_QUALITY: FixQuality = { ...usualClaims(), intervalS: 60 };

/** The deepest zone of which errors were measured, metres; deeper ones are not judged. */
export const DEEPEST_M = Math.max(
  ...RECEIVERS.flatMap(({ intervals }) =>
    intervals.flatMap(({ zones }) => zones.map(({ depthM }) => depthM)),
  ),
);

function usualClaims(): Pick<FixQuality, "claimMedianM" | "claimP90M"> {
  // The second is the fitted receiver itself; the others err half, twice and four times as much.
  const { claimMedianM, claimP90M } = RECEIVERS[1] as ReceiverErrors;
  return { claimMedianM, claimP90M };
}

/** One number for both claims: one that few fixes make and one that most make weigh alike. */
function claimOf({ claimMedianM, claimP90M }: Pick<FixQuality, "claimMedianM" | "claimP90M">): number {
  return Math.sqrt(claimMedianM * claimP90M);
}

function between(from: ExpectedErrors, to: ExpectedErrors, share: number): ExpectedErrors {
  const mix = (a: number, b: number): number => a + (b - a) * share;
  return {
    noSideShare: mix(from.noSideShare, to.noSideShare),
    wrongSideShare: mix(from.wrongSideShare, to.wrongSideShare),
    falseAlarmsPerWeek: mix(from.falseAlarmsPerWeek, to.falseAlarmsPerWeek),
  };
}

/** The value at a place between points in ascending order, by the logarithm; beyond the ends it is the end's. */
function interpolated<Point>(
  points: readonly Point[],
  place: number,
  placeOf: (point: Point) => number,
  valueOf: (point: Point) => ExpectedErrors,
): ExpectedErrors {
  const above = points.findIndex((point) => placeOf(point) >= place);
  const upper = points[above < 0 ? points.length - 1 : above] as Point;
  const lower = points[above - 1];
  if (above <= 0 || lower === undefined) return valueOf(upper);
  const share = Math.log(place / placeOf(lower)) / Math.log(placeOf(upper) / placeOf(lower));
  return between(valueOf(lower), valueOf(upper), share);
}

/**
 * How often a tag with such fixes is wrong in a zone of such a depth (metres): interpolated in a table that was measured on
 * invented cats. A zone deeper than DEEPEST_M counts as one of that depth.
 */
export function expectedErrors(depthM: number, quality: FixQuality): ExpectedErrors {
  const inZone = ({ zones }: IntervalErrors): ExpectedErrors =>
    interpolated(
      zones,
      depthM,
      (zone) => zone.depthM,
      (zone) => zone,
    );
  const atInterval = ({ intervals }: ReceiverErrors): ExpectedErrors =>
    interpolated(intervals, quality.intervalS, ({ intervalS }) => intervalS, inZone);
  return interpolated(RECEIVERS, claimOf(quality), claimOf, atInterval);
}
