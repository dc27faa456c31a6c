import { type CatDays, type Exit, TRUTH_STEP_S, trueDistanceM } from "./cat-days.ts";
import type { Pace, ZoneTag } from "./zone-tag.ts";

/** An escape of a world that does not make its own exits goes so far beyond the edge for so long. */
const ESCAPE_BEYOND_M = 100;
const ESCAPE_LASTS_S = 600;

/** An alarm is false when the cat was inside at it and all this time before it. */
const EXCUSED_S = 600;

/** What the owners of some cats hear. */
export interface Score {
  days: number;
  falseAlarms: number;
  /** All changes to outside; those from a side that was never known to be inside, which raise no alarm. */
  changes: number;
  silentChanges: number;
  /** Lasting exits that at least one fix shows. */
  exits: number;
  /** Of them: begun while the tag said outside already; told by a silent change only; not decided at all. */
  alreadyOutside: number;
  silentExits: number;
  missed: number;
  /** Of those that were told: seconds and fixes from the true crossing to the decision. */
  readonly delaysS: number[];
  readonly delaysFixes: number[];
  /** Times in which the world misleads the receiver, and those of them with a false alarm. */
  strains: number;
  strainsAlarmed: number;
  /** Seconds to the first side. */
  readonly firstSidesS: number[];
  /** Seconds in which the truth is known; of them those without a side, and those with another side than the true one. */
  knownS: number;
  noSideS: number;
  wrongSideS: number;
}

/** A score of nothing. */
export function emptyScore(): Score {
  const counts = { days: 0, falseAlarms: 0, changes: 0, silentChanges: 0, exits: 0, alreadyOutside: 0 };
  const strains = { strains: 0, strainsAlarmed: 0 };
  const times = { knownS: 0, noSideS: 0, wrongSideS: 0 };
  const lists = { delaysS: [], delaysFixes: [], firstSidesS: [] };
  return { ...counts, ...strains, ...times, ...lists, silentExits: 0, missed: 0 };
}

/** The escapes in the truth: the cat comes back within the watch, and no gap hides the way. */
export function escapesOf(cat: CatDays, radiusM: number): Exit[] {
  const escapes: Exit[] = [];
  const timeOf = (i: number): number => cat.startsAt + i * TRUTH_STEP_S;
  let from = -1;
  let farS = 0;
  let mostFarS = 0;
  for (let i = 0; i <= cat.trueM.length; i++) {
    const metres = cat.trueM[i] ?? NaN;
    farS = metres > radiusM + ESCAPE_BEYOND_M ? farS + TRUTH_STEP_S : 0;
    if (metres > radiusM) {
      if (from < 0 && (cat.trueM[i - 1] ?? NaN) <= radiusM) from = i;
      mostFarS = Math.max(mostFarS, farS);
      continue;
    }
    // Where the truth is unknown (a gap of a recorded track) an escape cannot be judged.
    if (from >= 0 && mostFarS >= ESCAPE_LASTS_S && metres <= radiusM)
      escapes.push({ from: timeOf(from), to: timeOf(i) });
    from = -1;
    mostFarS = 0;
  }
  return escapes;
}

function isExcused(cat: CatDays, exits: readonly Exit[], at: number, radiusM: number): boolean {
  if (exits.some(({ from, to }) => at >= from && at <= to + EXCUSED_S)) return true;
  for (let back = 0; back <= EXCUSED_S; back += TRUTH_STEP_S) {
    const before = at - back;
    if (before >= cat.startsAt && !(trueDistanceM(cat, before) <= radiusM)) return true;
  }
  return false;
}

/** What the tag has said of one exit so far. */
interface Told extends Exit {
  wasOutside: boolean;
  isSeen: boolean;
  isSilent: boolean;
  fixes: number;
  toldAt: number;
}

/** Follows one tag over one cat's time. */
class Follower {
  readonly #score: Score;
  readonly #cat: CatDays;
  readonly #radiusM: number;
  readonly #tag: ZoneTag;
  readonly #exits: Told[];
  #current = 0;
  /** Steps of the truth that have been compared with the tag's side. */
  #steps = 0;
  #wasInside = false;
  #hasFirst = false;
  #isStrainAlarmed = false;

  constructor(score: Score, cat: CatDays, radiusM: number, tag: ZoneTag) {
    this.#score = score;
    this.#cat = cat;
    this.#radiusM = radiusM;
    this.#tag = tag;
    const untold = { wasOutside: false, isSeen: false, isSilent: false, fixes: 0, toldAt: Infinity };
    this.#exits = (cat.exits ?? escapesOf(cat, radiusM)).map((exit) => ({ ...exit, ...untold }));
  }

  take(index: number): void {
    const at = this.#cat.at[index] as number;
    const before = this.#tag.side;
    this.#compareUpTo(at);
    const exit = this.#exitAt(at);
    // Its first fix out there shows what the tag believed when the cat crossed.
    if (exit !== undefined && exit.fixes === 0) exit.wasOutside = before === "outside";
    this.#tag.take(this.#cat, index);
    const { side } = this.#tag;
    if (side !== "unknown") this.#firstSide(at);
    const isChange = side === "outside" && before !== "outside";
    if (exit !== undefined) this.#seeExit(exit, index, at, isChange);
    if (isChange) this.#change(at);
    if (side === "inside") this.#wasInside = true;
    if (side === "outside") this.#wasInside = false;
  }

  /** The tag keeps its side until its next fix. */
  #compareUpTo(at: number): void {
    const { trueM, startsAt } = this.#cat;
    const until = Math.min(trueM.length, Math.floor((at - startsAt) / TRUTH_STEP_S));
    for (; this.#steps < until; this.#steps++) this.#compare(trueM[this.#steps] as number);
  }

  #compare(trueM: number): void {
    if (Number.isNaN(trueM)) return;
    const { side } = this.#tag;
    this.#score.knownS += TRUTH_STEP_S;
    if (side === "unknown") this.#score.noSideS += TRUTH_STEP_S;
    else if ((side === "outside") !== trueM > this.#radiusM) this.#score.wrongSideS += TRUTH_STEP_S;
  }

  #firstSide(at: number): void {
    if (this.#hasFirst) return;
    this.#hasFirst = true;
    this.#score.firstSidesS.push(at - this.#cat.startsAt);
  }

  #exitAt(at: number): Told | undefined {
    while (this.#current < this.#exits.length && (this.#exits[this.#current] as Told).to < at)
      this.#current++;
    const exit = this.#exits[this.#current];
    return exit !== undefined && at >= exit.from ? exit : undefined;
  }

  #seeExit(exit: Told, index: number, at: number, isChange: boolean): void {
    exit.fixes++;
    const { eastM, northM } = this.#cat;
    if (Math.hypot(eastM[index] as number, northM[index] as number) > this.#radiusM) exit.isSeen = true;
    if (!isChange || exit.toldAt < Infinity) return;
    exit.toldAt = at;
    exit.isSilent = !this.#wasInside;
    if (!exit.isSilent && !exit.wasOutside) {
      this.#score.delaysS.push(at - exit.from);
      this.#score.delaysFixes.push(exit.fixes);
    }
  }

  #change(at: number): void {
    this.#score.changes++;
    if (!this.#wasInside) this.#score.silentChanges++;
    else if (!isExcused(this.#cat, this.#exits, at, this.#radiusM)) this.#falseAlarm(at);
  }

  #falseAlarm(at: number): void {
    this.#score.falseAlarms++;
    const { strain } = this.#cat;
    if (strain !== undefined && at >= strain.from && at <= strain.to) this.#isStrainAlarmed = true;
  }

  end(): void {
    const score = this.#score;
    this.#compareUpTo(Infinity);
    score.days += this.#cat.days;
    if (this.#cat.strain !== undefined) score.strains++;
    if (this.#isStrainAlarmed) score.strainsAlarmed++;
    for (const { isSeen, wasOutside, isSilent, toldAt } of this.#exits) {
      if (!isSeen) continue;
      score.exits++;
      if (wasOutside) score.alreadyOutside++;
      else if (isSilent) score.silentExits++;
      else if (toldAt === Infinity) score.missed++;
    }
  }
}

/** Runs one cat's fixes through a fresh tag and adds what it said to the score. */
export function scoreCat(score: Score, cat: CatDays, radiusM: number, tag: ZoneTag, pace: Pace): void {
  const follower = new Follower(score, cat, radiusM, tag);
  for (let i = 0; i < cat.at.length; i++) {
    const at = cat.at[i] as number;
    if (pace === "own") searchUpTo(tag, cat, at);
    if (pace === "fixed" || at >= tag.dueAt) follower.take(i);
  }
  follower.end();
}

/** The searches that are due before the next fix of the world find nothing, where the cat is known to be at all. */
function searchUpTo(tag: ZoneTag, cat: CatDays, at: number): void {
  let dueAt = Math.max(tag.dueAt, cat.startsAt);
  while (dueAt + cat.lookS <= at && trueDistanceM(cat, dueAt) >= 0) {
    tag.searchInVain(dueAt);
    dueAt = tag.dueAt;
  }
}
