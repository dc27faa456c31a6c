import { describe, expect, it } from "vitest";
import { countReport, countSession, daysOf, mAhPerDay, noUsage } from "./energy-model.ts";
import { spendOurs } from "./energy-tag.ts";
import { spendFixed } from "./fixed-tracker.ts";
import { delaysOf, outingsOf } from "../fences/outings.ts";
import { invented } from "../fences/wearer.ts";

describe("the energy model", () => {
  it("gives a tag that does nothing what its parts take asleep", () => {
    expect(mAhPerDay(noUsage(), 1)).toBeCloseTo((0.0032 + 0.006 + 0.008 + 0.015 + 0.01) * 24, 3);
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

describe("the delay of a policy", () => {
  it("is from the start of an outing to the first fix in it", () => {
    const outings = [
      { from: 100, to: 500 },
      { from: 1_000, to: 1_500 },
    ];
    expect(delaysOf(outings, [50, 160, 200, 900])).toEqual([60, Infinity]);
  });
});

describe("our tag on invented cats", () => {
  it("lives five times as long as a tracker that looks every two minutes, and misses no outing", () => {
    const cats = invented(4, 1);
    const policy = { fixIntervalS: 120, reportIntervalS: 3_600, radiusM: 75, hasBeacon: true };
    const days = { ours: 0, fixed: 0 };
    for (const cat of cats) {
      const ours = spendOurs(cat, policy);
      days.ours += daysOf(mAhPerDay(ours.usage, 1));
      days.fixed += daysOf(mAhPerDay(spendFixed(cat, 120, false).usage, 1));
      expect(delaysOf(outingsOf(cat, 75), ours.fixesAt)).not.toContain(Infinity);
    }
    expect(days.ours / days.fixed).toBeGreaterThan(5);
  });
});
