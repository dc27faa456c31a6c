import { lostHours, lostModeMa } from "@purrimeter/cloud-api/lost-cost";
import { expect, it } from "vitest";
import { CONNECT_S, countReport, countSession, mAhPerDay, noUsage, TAIL_S } from "./energy-model.ts";

/** Entries of one fix with its header. */
const REPORT_BYTES = 30;

it.each([
  [60, 3],
  [60, 30],
  [300, 12],
  [3_600, 12],
])("a contact each %d s with a search of %d s costs what the energy model says", (intervalS, searchS) => {
  const usage = noUsage();
  for (let atS = 0; atS < 86_400; atS += intervalS) {
    usage.gnssS += searchS;
    usage.connectedS += CONNECT_S + TAIL_S + 0.4;
    countSession(usage);
    countReport(usage, REPORT_BYTES);
  }
  const modelMa = mAhPerDay(usage, 1) / 24;
  expect(Math.abs(lostModeMa(intervalS, searchS) / modelMa - 1)).toBeLessThan(0.02);
});

it("lasts shorter under a roof and longer under the sky, and not at all at the floor", () => {
  expect(lostHours({ percent: 80, floorPercent: 10, intervalS: 60 })).toEqual({
    expected: 29,
    least: 15,
    most: 50,
  });
  const slow = lostHours({ percent: 80, floorPercent: 10, intervalS: 3_600 });
  expect(slow.most).toBe(slow.expected);
  for (const percent of [10, 3])
    expect(lostHours({ percent, floorPercent: 10, intervalS: 60 })).toEqual({
      expected: 0,
      least: 0,
      most: 0,
    });
});
