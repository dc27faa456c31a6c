import { paced, regular, type Rule, RULES } from "./fence-rules.ts";
import { emptyScore, type Score, scoreCat } from "./fence-score.ts";
import { type CatDays, inventedDays, recordedDays } from "./fence-world.ts";

const CATS = 200;
const DAYS = 2;
const SEED = 1;
const RADII_M = [50, 75, 100];
const INTERVALS_S = [60, 120, 300];

/** How soon after a doubtful fix a tag with pacing has the next. */
const NEXT_FIX_S = 20;

/** What a rule does to the owners of some cats. */
export interface FenceLine {
  readonly bench: "fences";
  /** Invented cats, whose truth is known, or recorded ones on their smoothed tracks. */
  readonly cats: "invented" | "recorded";
  readonly rule: string;
  readonly radiusM: number;
  readonly intervalS: number;
  readonly falseAlarmsPerCatDay: number;
  /** Escapes (10 min beyond 100 m of the edge) that a bare test of every fix finds and this rule does not. */
  readonly missed: number;
  readonly escapes: number;
  /** From the true crossing of the edge to the alarm, of escapes. */
  readonly delayMedianS: number;
  readonly delayP95S: number;
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? NaN;
}

/** Runs all cats through fresh rules. */
export function scoreCats(cats: readonly CatDays[], radiusM: number, make: () => Rule): Score {
  const score = emptyScore();
  for (const cat of cats) scoreCat(score, cat, radiusM, make());
  return score;
}

function lineOf(
  cats: FenceLine["cats"],
  rule: string,
  radiusM: number,
  intervalS: number,
  score: Score,
): FenceLine {
  return {
    bench: "fences",
    cats,
    rule,
    radiusM,
    intervalS,
    falseAlarmsPerCatDay: score.falseAlarms / score.days,
    missed: score.missed,
    escapes: score.escapes,
    delayMedianS: quantile(score.delaysS, 0.5),
    delayP95S: quantile(score.delaysS, 0.95),
  };
}

/** Both worlds with fixes at this interval; the recorded one is empty where the tracks are not there. */
async function worlds(intervalS: number): Promise<[FenceLine["cats"], CatDays[]][]> {
  const recorded = await recordedDays(intervalS, SEED);
  const invented: [FenceLine["cats"], CatDays[]] = ["invented", inventedDays(CATS, DAYS, intervalS, SEED)];
  return recorded.length === 0 ? [invented] : [invented, ["recorded", recorded]];
}

function pacedRules(intervalS: number): [string, () => Rule][] {
  return RULES.filter(({ name }) => name === "in a row" || name === "sequential").flatMap(
    ({ name, usual, make }) => [
      [`${name}, regular`, () => regular(make(usual), intervalS)],
      [`${name}, paced`, () => paced(make(usual), intervalS)],
    ],
  );
}

/**
 * False alarms, missed escapes and delays of the rules for zones round each cat's home, with a fix every 1, 2 and 5
 * minutes; then with pacing, where a doubtful fix is followed at once by another.
 */
export async function benchFences(): Promise<FenceLine[]> {
  const lines: FenceLine[] = [];
  for (const intervalS of INTERVALS_S) {
    for (const [name, cats] of await worlds(intervalS)) {
      for (const radiusM of RADII_M) {
        for (const { name: rule, usual, make } of RULES) {
          const score = scoreCats(cats, radiusM, () => make(usual));
          lines.push(lineOf(name, rule, radiusM, intervalS, score));
        }
      }
    }
  }
  const often = inventedDays(CATS / 2, DAYS, NEXT_FIX_S, SEED);
  for (const [rule, make] of pacedRules(60)) {
    lines.push(lineOf("invented", rule, 75, 60, scoreCats(often, 75, make)));
  }
  return lines;
}
