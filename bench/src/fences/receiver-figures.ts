import { Random, seedOf } from "@purrimeter/simulator/random";
import { type FittedParameters, FittedReceiver } from "./fitted-receiver.ts";

/** One figure of receivers at rest: what the logs give and what the model gives, sampled and counted alike. */
export interface ReceiverFigures {
  readonly [name: string]: number;
}

/** A receiver at rest, a fix a second: metres from anywhere, and claims. */
export interface StillLog {
  readonly eastM: readonly number[];
  readonly northM: readonly number[];
  readonly claimedM: readonly number[];
}

/** What recorded cats say: steps between fixes at rest three minutes apart, and fixes that are known to be bad. */
export interface StillCats {
  /** Lengths of steps over the square root of 2, m. */
  readonly stepsM: readonly number[];
  /** Bad fixes: how far off the line between their good neighbours; how many in a row; share of all fixes. */
  readonly offM: readonly number[];
  readonly runs: readonly number[];
  readonly badShare: number;
  /** Steps over the square root of 2 between bad fixes in a row, over how far the first is off. */
  readonly runSteps: readonly number[];
}

const CAT_STEP_S = 187;

/** Lags of the steps of the logs, s; as long as the shortest log bears. */
const LAGS_S = [1, 10, 30];

/** The value below which the given share of the values lies; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? NaN;
}

/** Figures of logs: medians over the logs, each as its own, because the longest would drown the others. */
export function figuresOfLogs(logs: readonly StillLog[]): ReceiverFigures {
  const middle = (of: (log: StillLog) => number): number => geometricMean(logs.map(of));
  return {
    "log: off its median, p50, m": middle((log) => quantile(distances(log), 0.5)),
    "log: off its median, p95, m": middle((log) => quantile(distances(log), 0.95)),
    ...Object.fromEntries(
      LAGS_S.map((lag) => [
        `log: step in ${lag} s, p50, m`,
        middle((log) => Math.max(0.01, quantile(steps(log, lag), 0.5))),
      ]),
    ),
    "log: claim, p50, m": middle((log) => quantile(log.claimedM, 0.5)),
    "log: off over claim, p50": middle((log) => quantile(ratios(log), 0.5)),
    "log: off over claim, p95": middle((log) => quantile(ratios(log), 0.95)),
  };
}

/** Figures of one long log, which bears longer lags. */
export function figuresOfLongLog(log: StillLog): ReceiverFigures {
  const off = distances(log);
  const worst = quantile(off, 0.75);
  const claimWhere = (isIn: (metres: number) => boolean): number =>
    quantile(
      log.claimedM.filter((_, i) => isIn(off[i] as number)),
      0.5,
    );
  return {
    "20 min: off its median, p50, m": quantile(off, 0.5),
    "20 min: off its median, p95, m": quantile(off, 0.95),
    "20 min: step in 60 s, p50, m": quantile(steps(log, 60), 0.5),
    "20 min: step in 300 s, p50, m": quantile(steps(log, 300), 0.5),
    "20 min: off over claim, p95": quantile(ratios(log), 0.95),
    "20 min: claim of the worst quarter over that of the rest":
      claimWhere((metres) => metres >= worst) / claimWhere((metres) => metres < worst),
  };
}

/** Figures of what recorded cats say. */
export function figuresOfCats(cats: StillCats): ReceiverFigures {
  const inARow = (isIn: (run: number) => boolean): number => cats.runs.filter(isIn).length / cats.runs.length;
  return {
    "cats: error at rest, p25, m": quantile(cats.stepsM, 0.25),
    "cats: error at rest, p50, m": quantile(cats.stepsM, 0.5),
    "cats: error at rest, p75, m": quantile(cats.stepsM, 0.75),
    "cats: error at rest, p90, m": quantile(cats.stepsM, 0.9),
    "cats: bad fixes, share": cats.badShare,
    "cats: bad alone, share of runs": inARow((run) => run === 1),
    "cats: bad three and more, share of runs": inARow((run) => run >= 3),
    "cats: bad, off the line, p25, m": quantile(cats.offM, 0.25),
    "cats: bad, off the line, p50, m": quantile(cats.offM, 0.5),
    "cats: bad, off the line, p75, m": quantile(cats.offM, 0.75),
    "cats: bad, off the line, p90, m": quantile(cats.offM, 0.9),
    "cats: bad in a row, step over off, p50": quantile(cats.runSteps, 0.5),
  };
}

/** The model's figures, from logs as long as the real ones (median over many) and fixes as far apart as the cats'. */
export function figuresOfModel(parameters: FittedParameters, seed: number): ReceiverFigures {
  const random = new Random(seed);
  const log = (seconds: number): StillLog => modelLog(new FittedReceiver(random, parameters), seconds);
  const repeats = Array.from({ length: 300 }, () => ({
    ...figuresOfLogs([log(1_200), log(186), log(71), log(60)]),
    ...figuresOfLongLog(log(1_200)),
  }));
  const names = Object.keys(repeats[0] ?? {});
  const medians = names.map((name) => [
    name,
    quantile(
      repeats.map((one) => one[name] ?? NaN),
      0.5,
    ),
  ]);
  const cats = figuresOfCats(modelCats(parameters, seedOf(seed, 1)));
  return { ...(Object.fromEntries(medians) as ReceiverFigures), ...cats };
}

function modelLog(receiver: FittedReceiver, seconds: number): StillLog {
  const log = { eastM: [] as number[], northM: [] as number[], claimedM: [] as number[] };
  receiver.restart();
  for (let s = 0; s < seconds; s++) {
    receiver.advance(1, "open");
    // A log at rest holds no reflections that anybody would call rest.
    log.eastM.push(receiver.eastM);
    log.northM.push(receiver.northM);
    log.claimedM.push(receiver.claimedM);
  }
  return log;
}

function modelCats(parameters: FittedParameters, seed: number): StillCats {
  const receiver = new FittedReceiver(new Random(seed), parameters);
  const fixes = Array.from({ length: 40_000 }, () => {
    receiver.advance(CAT_STEP_S, "partial");
    return { eastM: receiver.eastM, northM: receiver.northM, isBad: receiver.isReflected };
  });
  return countCats([fixes.map((fix, i) => ({ ...fix, at: i * CAT_STEP_S, isStill: true }))]);
}

/** A fix of a cat: metres from anywhere; bad as the file or its height says; at rest as its speed says. */
export interface CatFix {
  readonly at: number;
  readonly eastM: number;
  readonly northM: number;
  readonly isBad: boolean;
  readonly isStill: boolean;
}

const NEAR_S = 240;
const WINDOW_S = 900;

/** Counts rows of fixes; bad fixes only where good ones stand near on both sides. */
export function countCats(rows: readonly (readonly CatFix[])[]): StillCats {
  const counted = {
    stepsM: [] as number[],
    offM: [] as number[],
    runs: [] as number[],
    runSteps: [] as number[],
  };
  let bad = 0;
  let all = 0;
  for (const fixes of rows) {
    for (const [i, fix] of fixes.entries()) {
      const next = fixes[i + 1];
      if (next !== undefined && isStep(fix, next)) counted.stepsM.push(stepM(fix, next));
      const run = runAround(fixes, i);
      if (run === undefined) continue;
      all++;
      if (!fix.isBad) continue;
      bad++;
      const offM = offLineM(run.before, fix, run.after);
      counted.offM.push(offM);
      if (run.isFirst) counted.runs.push(run.length);
      if (next?.isBad === true && next.at - fix.at <= NEAR_S) counted.runSteps.push(stepM(fix, next) / offM);
    }
  }
  return { ...counted, badShare: bad / all };
}

function isStep(fix: CatFix, next: CatFix): boolean {
  const seconds = next.at - fix.at;
  return fix.isStill && next.isStill && !fix.isBad && !next.isBad && seconds >= 120 && seconds <= NEAR_S;
}

function stepM(fix: CatFix, next: CatFix): number {
  return Math.hypot(next.eastM - fix.eastM, next.northM - fix.northM) / Math.SQRT2;
}

function runAround(fixes: readonly CatFix[], i: number) {
  let first = i;
  while (first > 0 && fixes[first - 1]?.isBad === true && fixes[i]?.isBad === true) first--;
  let last = i;
  while (fixes[last + 1]?.isBad === true && fixes[i]?.isBad === true) last++;
  const before = goodFrom(fixes, first - 1, -1);
  const after = goodFrom(fixes, last + 1, 1);
  if (before === undefined || after === undefined || after.at - before.at > WINDOW_S) return undefined;
  return { before, after, length: last - first + 1, isFirst: first === i };
}

function goodFrom(fixes: readonly CatFix[], from: number, step: 1 | -1): CatFix | undefined {
  for (let i = from; i >= 0 && i < fixes.length; i += step) if (fixes[i]?.isBad === false) return fixes[i];
  return undefined;
}

function offLineM(before: CatFix, fix: CatFix, after: CatFix): number {
  const share = (fix.at - before.at) / (after.at - before.at);
  const eastM = before.eastM + (after.eastM - before.eastM) * share;
  const northM = before.northM + (after.northM - before.northM) * share;
  return Math.hypot(fix.eastM - eastM, fix.northM - northM);
}

function distances({ eastM, northM }: StillLog): number[] {
  const [east, north] = [quantile(eastM, 0.5), quantile(northM, 0.5)];
  return eastM.map((metres, i) => Math.hypot(metres - east, (northM[i] as number) - north));
}

function steps({ eastM, northM }: StillLog, lag: number): number[] {
  return eastM
    .slice(lag)
    .map((metres, i) =>
      Math.hypot(metres - (eastM[i] as number), (northM[i + lag] as number) - (northM[i] as number)),
    );
}

function ratios(log: StillLog): number[] {
  return distances(log).map((metres, i) => metres / (log.claimedM[i] as number));
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
