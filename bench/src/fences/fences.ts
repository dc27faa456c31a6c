import type { CatDays } from "./cat-days.ts";
import { fenceLine, type FenceLine } from "./fence-line.ts";
import { RULES } from "./fence-rules.ts";
import { emptyScore, type Score, scoreCat } from "./fence-score.ts";
import type { Half } from "./fence-world.ts";
import { QUICK, WHOLE, type World, worldsOf } from "./worlds.ts";
import type { FenceRule, Pace } from "./zone-tag.ts";

/** Figures of the decision are chosen on invented cats of one seed, and reported of the other. */
export const SEEDS: Readonly<Record<Half, number>> = { tuning: 2_026, reporting: 5_077 };

/** At its own pace the tag may look again this soon; its interval then. */
const OWN_LOOK_S = 15;
const OWN_INTERVAL_S = 60;

/** What of the benchmark is run. */
export interface FenceOptions {
  /** A few cats, for an answer within a minute. */
  readonly isQuick: boolean;
  readonly half: Half;
  /** Only worlds whose name begins so. */
  readonly world: string;
}

/** Runs all cats through fresh tags. */
export function scoreCats(
  cats: readonly CatDays[],
  rule: FenceRule,
  radiusM: number,
  pace: Pace,
  intervalS: number,
): Score {
  const score = emptyScore();
  for (const cat of cats) {
    const tag = rule.make({ radiusM, pace, intervalS, startsAt: cat.startsAt });
    scoreCat(score, cat, radiusM, tag, pace);
  }
  return score;
}

/** One way to watch a world. */
interface Pass {
  readonly pace: Pace;
  readonly intervalS: number;
  readonly lookS: number;
}

function passesOf(world: World): Pass[] {
  const fixed = world.intervalsS.map((intervalS) => ({
    pace: "fixed" as const,
    intervalS,
    lookS: intervalS,
  }));
  return [{ pace: "own", intervalS: OWN_INTERVAL_S, lookS: OWN_LOOK_S }, ...fixed];
}

function* linesOfPass(world: World, cats: readonly CatDays[], pass: Pass): Generator<FenceLine> {
  const { pace, intervalS } = pass;
  for (const radiusM of world.radiiM) {
    for (const rule of RULES) {
      if (rule.isOfCurve && (world.curvesAtM !== radiusM || intervalS !== OWN_INTERVAL_S)) continue;
      const of = { world: world.name(radiusM), case: world.case, rule: rule.name, pace, radiusM, intervalS };
      yield fenceLine(of, scoreCats(cats, rule, radiusM, pace, intervalS));
    }
  }
}

/** What the owners hear of cats that live, are carried off, stay beyond the edge, and of receivers that are misled. */
export async function* benchFences(options: FenceOptions): AsyncGenerator<FenceLine> {
  const worlds = worldsOf(options.isQuick ? QUICK : WHOLE, options.half);
  for (const one of worlds) {
    const world = {
      ...one,
      radiiM: one.radiiM.filter((radiusM) => one.name(radiusM).startsWith(options.world)),
    };
    if (world.radiiM.length === 0) continue;
    for (const pass of passesOf(world)) {
      const watching = { lookS: pass.lookS, receiver: "fitted" as const, seed: SEEDS[options.half] };
      const cats = await world.cats(watching);
      if (cats.length > 0) yield* linesOfPass(world, cats, pass);
      else process.stderr.write(`${world.name(0)}: skipped, ../shared/data/cats/cats_uk.csv is not there\n`);
    }
  }
}
