import type { Rule } from "./fence-rules.ts";
import { type CatDays, TRUTH_STEP_S } from "./fence-world.ts";

/** An escape goes so far beyond the edge for so long. */
const ESCAPE_BEYOND_M = 100;
const ESCAPE_LASTS_S = 600;

/** An alarm is false when the cat was inside at it and all this time before it. */
const EXCUSED_S = 600;

export interface Score {
  days: number;
  alarms: number;
  falseAlarms: number;
  /** Escapes that a bare test of each fix finds. */
  escapes: number;
  missed: number;
  readonly delaysS: number[];
}

/** A time outside that was an escape: from its first step over the edge to its last. */
interface Escape {
  readonly from: number;
  readonly to: number;
}

function escapesOf(cat: CatDays, radiusM: number): Escape[] {
  const escapes: Escape[] = [];
  const timeOf = (i: number) => cat.startsAt + i * TRUTH_STEP_S;
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

function wasOutside(cat: CatDays, at: number, radiusM: number): boolean {
  const last = Math.floor((at - cat.startsAt) / TRUTH_STEP_S);
  for (let i = Math.max(0, last - EXCUSED_S / TRUTH_STEP_S); i <= last; i++) {
    if (!((cat.trueM[i] ?? NaN) <= radiusM)) return true;
  }
  return false;
}

/** Runs one cat's fixes through a fresh rule and adds what it did to the score. */
export function scoreCat(score: Score, cat: CatDays, radiusM: number, rule: Rule): void {
  const escapes = escapesOf(cat, radiusM);
  const foundAt = escapes.map(() => Infinity);
  const naive = escapes.map(() => false);
  let outside = false;
  let first = true;
  let current = 0;
  for (let i = 0; i < cat.at.length; i++) {
    const at = cat.at[i] as number;
    const signedM = (cat.fixM[i] as number) - radiusM;
    const now = rule(signedM, (cat.accuracyDm[i] as number) / 10, at, cat.darkAt[i] as number);
    if (now && !outside && !first) {
      score.alarms++;
      if (!wasOutside(cat, at, radiusM)) score.falseAlarms++;
    }
    outside = now;
    first = false;
    while (current < escapes.length && (escapes[current] as Escape).to < at) current++;
    const escape = escapes[current];
    if (escape === undefined || at < escape.from) continue;
    if (signedM > 0) naive[current] = true;
    if (outside && foundAt[current] === Infinity) foundAt[current] = at;
  }
  score.days += cat.days;
  escapes.forEach((escape, i) => {
    if (naive[i] !== true) return;
    score.escapes++;
    const found = foundAt[i] as number;
    if (found === Infinity) score.missed++;
    else score.delaysS.push(found - escape.from);
  });
}

/** A score of nothing. */
export function emptyScore(): Score {
  return { days: 0, alarms: 0, falseAlarms: 0, escapes: 0, missed: 0, delaysS: [] };
}
