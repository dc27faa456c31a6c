import { describe, expect, it } from "vitest";
import { inventedHome } from "./invented-homes.ts";
import { nowhere } from "./life.ts";
import { logLife } from "../fit/logger-model.ts";
import { Random, seedOf } from "../random.ts";
import { COLLAR_RECEIVER } from "../sky/receiver-model.ts";
import { SyntheticCat } from "./synthetic-cat.ts";
import { trackFigures } from "../fit/track-figures.ts";

const START = 1_800_000_000;

function week(seed: number, stepS: number): (number | string)[] {
  const cat = new SyntheticCat(seed, inventedHome(0, 1), START);
  const truth = nowhere();
  return Array.from({ length: (7 * 86_400) / stepS }, (_, i) => {
    cat.at(START + i * stepS, truth);
    return [truth.latDegrees, truth.lonDegrees, truth.sky];
  }).flat();
}

describe("SyntheticCat", () => {
  it("lives the same life for the same seed and another for another", () => {
    expect(week(5, 300)).toEqual(week(5, 300));
    expect(week(5, 300)).not.toEqual(week(6, 300));
  });

  it("is where it is, however often one looks", () => {
    const often = week(5, 60);
    const places = Array.from({ length: often.length / 15 }, (_, i) =>
      often.slice(i * 15, i * 15 + 3),
    ).flat();
    expect(places).toEqual(week(5, 300));
  });

  it("never jumps, and sleeps indoors some of the time", () => {
    const home = inventedHome(0, 1);
    const cat = new SyntheticCat(9, home, START);
    const truth = nowhere();
    let last = { eastM: 0, northM: 0 };
    let indoors = 0;
    let largestM = 0;
    for (let second = 0; second < 86_400; second++) {
      cat.at(START + second, truth);
      const now = { eastM: home.eastM(truth.lonDegrees), northM: home.northM(truth.latDegrees) };
      largestM = Math.max(largestM, Math.hypot(now.eastM - last.eastM, now.northM - last.northM));
      last = now;
      if (truth.sky === "none") indoors++;
    }
    expect(largestM).toBeLessThan(3);
    expect(indoors / 86_400).toBeGreaterThan(0.2);
    expect(indoors / 86_400).toBeLessThan(0.95);
  });

  it("goes about as far as the recorded cats", () => {
    const quiet = { ...COLLAR_RECEIVER, outlierEveryS: Infinity };
    const tracks = Array.from({ length: 100 }, (_, i) => {
      const cat = new SyntheticCat(seedOf(3, i), inventedHome(i, 3), START);
      return logLife(cat, `${i}`, 7, quiet, new Random(i));
    });
    const figures = new Map(trackFigures(tracks).map(({ name, value }) => [name, value]));
    const expectNear = (name: string, recorded: number, factor: number): void => {
      expect(figures.get(name), name).toBeGreaterThan(recorded / factor);
      expect(figures.get(name), name).toBeLessThan(recorded * factor);
    };
    expectNear("distance from home, p50", 28.9, 1.3);
    expectNear("distance from home, p90", 125, 1.5);
    expectNear("fixes within 75 m", 80.3, 1.1);
    expectNear("outings beyond 100 m, per cat-day", 0.917, 1.5);
  });
});
