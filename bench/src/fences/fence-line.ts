import type { Score } from "./fence-score.ts";
import type { Pace } from "./zone-tag.ts";

/** What one rule does to the owners of the cats of one world. */
export interface FenceLine {
  readonly bench: "fences";
  readonly world: string;
  /** What part of the world, where it has several: a depth and a length, a bias, a roof. */
  readonly case: string;
  readonly rule: string;
  readonly pace: Pace;
  readonly radiusM: number;
  readonly intervalS: number;
  readonly catDays: number;
  readonly falseAlarmsPerCatDay: number;
  /** Exits that came from a side which was never known: no alarm. */
  readonly silentExits: number;
  /** Lasting exits that a bare test of every fix finds. */
  readonly exits: number;
  /** Exits in which the side never became outside. */
  readonly missed: number;
  /** From the true crossing of the edge to the decision, of the exits that were told; null when none was. */
  readonly delayMedianS: number | null;
  readonly delayP95S: number | null;
  /** Exits that began while the tag said outside already. */
  readonly alreadyOutside: number;
  /** The same delay in fixes taken since the crossing, and the share of the exits told within so many. */
  readonly fixesMedian: number | null;
  readonly fixesP95: number | null;
  readonly toldWithinFixes: Readonly<Record<string, number>>;
  /** Changes to outside for each cat-day, and the share of them that raise no alarm. */
  readonly changesPerCatDay: number;
  readonly silentShare: number | null;
  /** Times in which the world misleads the receiver of a cat inside, and the share of them with a false alarm. */
  readonly strains: number;
  readonly strainsAlarmedShare: number | null;
  /** From the start to the first side. */
  readonly firstSideMedianS: number | null;
  readonly firstSideP95S: number | null;
  /** Shares of the time: without a side, and with another side than the true one. */
  readonly noSideShare: number;
  readonly wrongSideShare: number;
}

const FIXES = [1, 2, 3, 4, 6, 8, 12];

/** The value below which a share of the values lies (nearest rank); null of none. */
export function quantileOf(values: readonly number[], share: number): number | null {
  const rank = Math.max(0, Math.ceil(values.length * share) - 1);
  return values.toSorted((a, b) => a - b)[rank] ?? null;
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

function seconds(values: readonly number[], share: number): number | null {
  const value = quantileOf(values, share);
  return value === null ? null : Math.round(value);
}

/** What a line is of. */
export type FenceCase = Pick<FenceLine, "world" | "case" | "rule" | "pace" | "radiusM" | "intervalS">;

/** The score as a line of the benchmark. */
export function fenceLine(of: FenceCase, score: Score): FenceLine {
  const heard = score.exits - score.alreadyOutside;
  const within = FIXES.map((fixes) => [
    String(fixes),
    rounded(score.delaysFixes.filter((took) => took <= fixes).length / Math.max(1, heard)),
  ]);
  return {
    bench: "fences",
    ...of,
    catDays: rounded(score.days),
    falseAlarmsPerCatDay: rounded(score.falseAlarms / score.days),
    silentExits: score.silentExits,
    exits: score.exits,
    missed: score.missed,
    delayMedianS: seconds(score.delaysS, 0.5),
    delayP95S: seconds(score.delaysS, 0.95),
    alreadyOutside: score.alreadyOutside,
    fixesMedian: quantileOf(score.delaysFixes, 0.5),
    fixesP95: quantileOf(score.delaysFixes, 0.95),
    toldWithinFixes: Object.fromEntries(within) as Record<string, number>,
    changesPerCatDay: rounded(score.changes / score.days),
    silentShare: score.changes === 0 ? null : rounded(score.silentChanges / score.changes),
    strains: score.strains,
    strainsAlarmedShare: score.strains === 0 ? null : rounded(score.strainsAlarmed / score.strains),
    firstSideMedianS: seconds(score.firstSidesS, 0.5),
    firstSideP95S: seconds(score.firstSidesS, 0.95),
    noSideShare: rounded(score.noSideS / Math.max(1, score.knownS)),
    wrongSideShare: rounded(score.wrongSideS / Math.max(1, score.knownS)),
  };
}
