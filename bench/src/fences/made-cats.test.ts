import { describe, expect, it } from "vitest";
import { type CatDays, trueDistanceM } from "./cat-days.ts";
import {
  carriedCats,
  cutOffCats,
  misplacedCats,
  roofedCats,
  startingCats,
  stayingCats,
} from "./made-cats.ts";

const RADIUS_M = 75;
const watching = { lookS: 60, receiver: "fitted" as const, seed: 3 };

function onlyExit(cat: CatDays) {
  const [exit, ...more] = cat.exits ?? [];
  expect(more).toEqual([]);
  if (exit === undefined) throw new Error("no exit");
  return exit;
}

describe("made cats", () => {
  it("that are carried off cross the edge at the time that the exit says, at their speed", () => {
    for (const cat of carriedCats(5, 5, RADIUS_M, watching)) {
      const { from } = onlyExit(cat);
      expect(trueDistanceM(cat, from - 10)).toBeLessThanOrEqual(RADIUS_M);
      expect(trueDistanceM(cat, from + 11)).toBeGreaterThan(RADIUS_M);
      expect(trueDistanceM(cat, from + 610)).toBeCloseTo(75 + 610 * 5, -2);
      const [speeds, at] = [cat.speedCmS, cat.at];
      const out = at.findIndex((time) => time > from + 300);
      expect(speeds[out]).toBeGreaterThan(400);
      expect(speeds[out]).toBeLessThan(600);
    }
  });

  it("have other speeds and courses than the positions show only by the receiver's error", () => {
    const [cat] = carriedCats(1, 14, RADIUS_M, watching);
    if (cat === undefined) throw new Error("no cat");
    const i = cat.at.length - 10;
    const east = (cat.eastM[i] as number) - (cat.eastM[i - 5] as number);
    const north = (cat.northM[i] as number) - (cat.northM[i - 5] as number);
    const course = ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360;
    expect(Math.cos((((cat.courseDeg10[i] as number) / 10 - course) * Math.PI) / 180)).toBeGreaterThan(0.98);
  });

  it("that are cut off have no fix for 20 min, and then lie 5 km away", () => {
    for (const cat of cutOffCats(5, RADIUS_M, watching)) {
      const { from } = onlyExit(cat);
      const after = [...cat.at].find((at) => at > from) as number;
      expect(after - from).toBeGreaterThan(1_100);
      expect(trueDistanceM(cat, after)).toBeCloseTo(5_000, -2);
      expect(cat.darkAt[cat.at.indexOf(after)]).toBeGreaterThan(from);
    }
  });

  it("that stay beyond are as far and as long out as the case says, and come back", () => {
    for (const cat of stayingCats(5, [10, 25], [1_200, 3_600], RADIUS_M, watching)) {
      const { from, to } = onlyExit(cat);
      expect(to - from).toBeGreaterThanOrEqual(1_200);
      expect(to - from).toBeLessThanOrEqual(3_600);
      const deepest = Math.max(...cat.trueM);
      expect(deepest).toBeGreaterThanOrEqual(RADIUS_M + 10);
      expect(deepest).toBeLessThanOrEqual(RADIUS_M + 25);
      expect(trueDistanceM(cat, to + 600)).toBeCloseTo(RADIUS_M - 40, 0);
    }
  });

  it("that are misplaced or start stay inside", () => {
    const cats = [...misplacedCats(3, 40, 600, RADIUS_M, watching), ...startingCats(3, watching)];
    for (const cat of cats) expect(Math.max(...cat.trueM)).toBeLessThan(RADIUS_M);
    for (const cat of cats) expect(cat.exits).toEqual([]);
  });

  it("that stay just inside have no exit, but a time in which an alarm is false", () => {
    for (const cat of stayingCats(3, [-10, 0], [1_200, 3_600], RADIUS_M, watching)) {
      expect(Math.max(...cat.trueM)).toBeGreaterThan(RADIUS_M - 10.1);
      expect(Math.max(...cat.trueM)).toBeLessThanOrEqual(RADIUS_M);
      expect(cat.exits).toEqual([]);
      expect((cat.strain?.to ?? 0) - (cat.strain?.from ?? 0)).toBeGreaterThanOrEqual(1_200);
    }
  });

  it("under a roof are seen now and then", () => {
    for (const cat of roofedCats(3, 20, RADIUS_M, watching)) {
      const { from } = onlyExit(cat);
      const seen = cat.at.filter((at) => at > from + 600).length;
      expect(seen).toBeGreaterThan(30);
      expect(seen).toBeLessThan(130);
    }
  });

  it("are the same from the same seed, and others from another", () => {
    const fixesOf = (seed: number) =>
      carriedCats(2, 5, RADIUS_M, { ...watching, seed }).map(({ eastM }) => [...eastM]);
    expect(fixesOf(3)).toEqual(fixesOf(3));
    expect(fixesOf(3)).not.toEqual(fixesOf(4));
  });
});
