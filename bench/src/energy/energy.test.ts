import { Random } from "@purrimeter/simulator/random";
import { describe, expect, it } from "vitest";
import { countListening, countReport, countSession, daysOf, mAhPerDay, noUsage } from "./energy-model.ts";
import { spendOurs } from "./energy-tag.ts";
import { spendFixed } from "./fixed-tracker.ts";
import { addHeard, decidedInCloud, type Heard, noneHeard, type Told } from "./heard.ts";
import { outingsOf } from "../fences/outings.ts";
import { invented } from "../fences/wearer.ts";

describe("the energy model", () => {
  it("gives a tag that does nothing what its parts take asleep", () => {
    expect(mAhPerDay(noUsage(), 1)).toBeCloseTo((0.0032 + 0.006 + 0.24 + 0.015 + 0.01) * 24, 3);
  });

  it("adds an hour of the receiver, and a session with a report", () => {
    const asleep = mAhPerDay(noUsage(), 1);
    expect(mAhPerDay({ ...noUsage(), gnssS: 3_600 }, 1) - asleep).toBeCloseTo(30, 3);
    const usage = noUsage();
    countSession(usage);
    countReport(usage, 100);
    usage.connectedS = 15;
    // Two seconds and 0.5 s of bytes at 70 mA, the rest at 10 mA.
    expect((mAhPerDay(usage, 1) - asleep) * 3_600).toBeCloseTo(2.422 * 70 + 12.578 * 10, 0);
  });
});

describe("listening for the beacon", () => {
  it("ends at the first call that is received, and lasts half a second where there is none", () => {
    const away = noUsage();
    const near = noUsage();
    const random = new Random(1);
    for (let i = 0; i < 1_000; i++) {
      expect(countListening(away, false, random)).toBe(false);
      countListening(near, true, random);
    }
    expect(away.listenS / away.listens).toBeCloseTo(0.5, 6);
    // The start, half of the time between two calls, and a quarter of a call missed on average.
    expect(near.listenS / near.listens).toBeCloseTo(0.02 + 0.05 + 0.025, 2);
  });
});

describe("what the owner hears", () => {
  const outings = [
    { from: 100, to: 500 },
    { from: 1_000, to: 1_500 },
  ];
  const heardOf = (told: readonly Told[]): Heard => {
    const heard = noneHeard();
    addHeard(heard, outings, told);
    return heard;
  };

  it("counts to the arrival of the decision, and outings that are never told", () => {
    const told = [{ decidedAt: 160, heardAt: 190, side: "outside", isAlarm: true }] as const;
    const back = { decidedAt: 600, heardAt: 601, side: "inside", isAlarm: false } as const;
    expect(heardOf([...told, back])).toEqual({ delaysS: [90], alreadyOutside: 0, silent: 0, neverTold: 1 });
    expect(heardOf(told)).toMatchObject({ alreadyOutside: 1, neverTold: 0 });
  });

  it("counts a change without an alarm as silent", () => {
    expect(heardOf([{ decidedAt: 160, heardAt: 190, side: "outside", isAlarm: false }])).toMatchObject({
      delaysS: [],
      silent: 1,
    });
  });

  it("lets a peer's cloud decide by one fix or by two in a row", () => {
    const fixes = [false, true, false, true, true].map((isOutside, i) => ({
      at: i,
      heardAt: i + 2,
      isOutside,
    }));
    const outside = (inARow: number): number[] =>
      decidedInCloud(fixes, inARow)
        .filter(({ isAlarm, side }) => isAlarm && side === "outside")
        .map(({ decidedAt }) => decidedAt);
    expect(outside(1)).toEqual([1, 3]);
    expect(outside(2)).toEqual([4]);
  });
});

describe("our tag on invented cats", () => {
  it("lives five times as long as a tracker that looks every two minutes, and is told of every outing", () => {
    const cats = invented(4, 1);
    const policy = { fixIntervalS: 120, reportIntervalS: 3_600, radiusM: 75, hasBeacon: true };
    const fixed = { intervalS: 120, radiusM: 75, sleeps: false, stopsInTheDark: false };
    const days = { ours: 0, fixed: 0 };
    const heard = noneHeard();
    for (const cat of cats) {
      const ours = spendOurs(cat, policy);
      days.ours += daysOf(mAhPerDay(ours.usage, 1));
      days.fixed += daysOf(mAhPerDay(spendFixed(cat, fixed).usage, 1));
      addHeard(heard, outingsOf(cat, 75), ours.told);
    }
    expect(heard.delaysS.length).toBeGreaterThan(0);
    expect(heard.neverTold).toBe(0);
    expect(days.ours / days.fixed).toBeGreaterThan(5);
  });

  it("has a peer whose searches under a roof are as short", () => {
    const cats = invented(2, 1);
    const tricks = { intervalS: 120, radiusM: 75, sleeps: true, stopsInTheDark: true };
    for (const cat of cats) {
      const plain = spendFixed(cat, { ...tricks, stopsInTheDark: false });
      const { usage } = spendFixed(cat, tricks);
      expect(usage.gnssS).toBeLessThan(plain.usage.gnssS);
      expect(usage.darkS).toBeLessThan(plain.usage.darkS);
      expect(usage.darkS + usage.thinS + usage.looksS).toBeLessThanOrEqual(usage.gnssS);
    }
  });
});
