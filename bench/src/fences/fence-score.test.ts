import { describe, expect, it } from "vitest";
import type { Side } from "@purrimeter/protocol/values";
import type { CatDays, Exit } from "./cat-days.ts";
import { fenceLine } from "./fence-line.ts";
import { emptyScore, escapesOf, type Score, scoreCat } from "./fence-score.ts";
import { halfOf } from "./fence-world.ts";
import type { ZoneTag } from "./zone-tag.ts";

const RADIUS_M = 75;

/** A cat a fix a minute, whose receiver never errs, at these distances. */
function catAt(metres: readonly number[], exits?: readonly Exit[]): CatDays {
  const at = Float64Array.from(metres, (_, i) => i * 60);
  const nothing = new Uint16Array(metres.length);
  return {
    days: (metres.length * 60) / 86_400,
    startsAt: 0,
    trueM: Float32Array.from({ length: metres.length * 6 }, (_, i) => metres[Math.floor(i / 6)] as number),
    lookS: 60,
    at,
    eastM: Float32Array.from(metres),
    northM: new Float32Array(metres.length),
    accuracyDm: nothing,
    speedCmS: nothing,
    courseDeg10: nothing,
    darkAt: new Float64Array(metres.length),
    ...(exits === undefined ? {} : { exits }),
  };
}

/** A tag that says what it is told to, fix by fix. */
class ScriptedTag implements ZoneTag {
  side: Side = "unknown";
  dueAt = 0;
  readonly vain: number[] = [];
  readonly #script: string;
  readonly #waitS: number;

  /** "i", "o" and "?" of each fix. */
  constructor(script: string, waitS = 60) {
    this.#script = script;
    this.#waitS = waitS;
  }

  take(cat: CatDays, index: number): void {
    const said = this.#script[index];
    this.side = said === "i" ? "inside" : said === "o" ? "outside" : "unknown";
    this.dueAt = (cat.at[index] as number) + this.#waitS;
  }

  searchInVain(at: number): void {
    this.vain.push(at);
    this.dueAt = at + this.#waitS;
  }
}

function scored(cat: CatDays, script: string): Score {
  const score = emptyScore();
  scoreCat(score, cat, RADIUS_M, new ScriptedTag(script), "fixed");
  return score;
}

const HOME = Array<number>(15).fill(10);
const OUT = Array<number>(15).fill(300);

describe("the score", () => {
  it("counts a change while the cat is inside as false, and none ten minutes after it was out", () => {
    expect(scored(catAt(HOME), "iiiiiiiiiioiiii").falseAlarms).toBe(1);
    const cat = catAt([...HOME, ...OUT, ...HOME]);
    const late = `${"i".repeat(15)}${"o".repeat(14)}i${"i".repeat(5)}o${"i".repeat(9)}`;
    expect(scored(cat, late).falseAlarms).toBe(0);
  });

  it("counts times of strain, and those with a false alarm in them", () => {
    const strain = { from: 300, to: 700 };
    const cat = { ...catAt(HOME), strain };
    expect(scored(cat, "iiiiiiiiiioiiii")).toMatchObject({ strains: 1, strainsAlarmed: 1 });
    expect(scored(cat, "iiiiiiiiiiiiioi")).toMatchObject({ strains: 1, strainsAlarmed: 0, falseAlarms: 1 });
  });

  it("measures from the true crossing to the decision, in seconds and fixes", () => {
    const score = scored(
      catAt([...HOME, ...OUT, ...HOME]),
      `${"i".repeat(17)}${"o".repeat(13)}${"i".repeat(15)}`,
    );
    expect(score).toMatchObject({ exits: 1, missed: 0, silentExits: 0, delaysS: [120], delaysFixes: [3] });
  });

  it("tells missed, silent and already outside apart", () => {
    const cat = catAt([...HOME, ...OUT, ...HOME]);
    expect(scored(cat, "i".repeat(45))).toMatchObject({ exits: 1, missed: 1 });
    expect(scored(cat, `${"?".repeat(20)}${"o".repeat(10)}${"i".repeat(15)}`)).toMatchObject({
      silentExits: 1,
      silentChanges: 1,
      missed: 0,
    });
    expect(scored(cat, `${"i".repeat(10)}${"o".repeat(20)}${"i".repeat(15)}`)).toMatchObject({
      alreadyOutside: 1,
      falseAlarms: 1,
      delaysS: [],
    });
  });

  it("counts a change from unknown whose last known side was inside as heard", () => {
    const cat = catAt([...HOME, ...OUT, ...HOME]);
    expect(scored(cat, `${"i".repeat(14)}???${"o".repeat(13)}${"i".repeat(15)}`)).toMatchObject({
      silentExits: 0,
      delaysS: [120],
    });
  });

  it("finds the escapes of the truth: far and long enough, and come back from", () => {
    expect(escapesOf(catAt([...HOME, ...OUT, ...HOME]), RADIUS_M)).toEqual([{ from: 900, to: 1_800 }]);
    expect(escapesOf(catAt([...HOME, ...OUT]), RADIUS_M)).toEqual([]);
    expect(escapesOf(catAt([...HOME, ...OUT.map(() => 100), ...HOME]), RADIUS_M)).toEqual([]);
  });

  it("lets a tag at its own pace search in vain where there is no fix, and skips what is not due", () => {
    const all = catAt([10, 10, 10, 10, 10, 10]);
    const kept = [0, 5];
    const cat = { ...all, at: Float64Array.from(kept, (i) => i * 60), lookS: 15 };
    const tag = new ScriptedTag("ii");
    scoreCat(emptyScore(), cat, RADIUS_M, tag, "own");
    expect(tag.vain).toEqual([60, 120, 180, 240]);
  });

  it("gives null for delays that do not exist, and the share told within so many fixes", () => {
    const of = { world: "w", case: "", rule: "r", pace: "fixed" as const, radiusM: 75, intervalS: 60 };
    const none = fenceLine(of, scored(catAt(HOME), "i".repeat(15)));
    expect(none).toMatchObject({ delayMedianS: null, delayP95S: null, falseAlarmsPerCatDay: 0, exits: 0 });
    const told = scored(
      catAt([...HOME, ...OUT, ...HOME]),
      `${"i".repeat(17)}${"o".repeat(13)}${"i".repeat(15)}`,
    );
    expect(fenceLine(of, told).toldWithinFixes).toMatchObject({ 2: 0, 3: 1 });
  });
});

describe("the halves of the recorded cats", () => {
  it("depend on the name alone, and are about equal", () => {
    const names = Array.from({ length: 200 }, (_, i) => `cat-${i}`);
    const tuning = names.filter((name) => halfOf(name) === "tuning").length;
    expect(tuning).toBeGreaterThan(70);
    expect(tuning).toBeLessThan(130);
    expect(["Ares", "Athena", "Lola"].map(halfOf)).toEqual(["tuning", "reporting", "reporting"]);
  });
});

describe("the time with a side", () => {
  it("is compared with the truth, from fix to fix", () => {
    // No side in the first minute; three minutes inside, of which one in truth is outside; then outside, where it is.
    const cat = catAt([10, 10, 10, 200, 200, 200]);
    const { knownS, noSideS, wrongSideS } = scored(cat, "?iiioo");
    // A fix is at the beginning of its minute, and before the first one nothing is known.
    expect([knownS, noSideS, wrongSideS]).toEqual([360, 60, 60]);
  });

  it("does not count where nobody knows the truth", () => {
    const { knownS, noSideS, wrongSideS } = scored(catAt([NaN, 10, NaN]), "iii");
    expect([knownS, noSideS, wrongSideS]).toEqual([60, 0, 0]);
  });
});
