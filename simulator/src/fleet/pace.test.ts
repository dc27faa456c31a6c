import { expect, it } from "vitest";
import { Pace } from "./pace.ts";

it("runs at its speed while free and with real time while held", () => {
  const pace = new Pace(60, 1_000, () => Infinity);
  expect(pace.virtualMs(2_000)).toBe(60_000);
  expect(pace.dueMs(90_000, 2_000)).toBe(2_500);
  pace.moveTo(60_000, 2_000, true);
  expect(pace.virtualMs(2_500)).toBe(60_500);
  expect(pace.dueMs(61_000, 2_500)).toBe(3_000);
});

it("as fast as possible, is due at once up to the limit", () => {
  const pace = new Pace(Infinity, 0, (realMs) => 500_000 + realMs);
  expect(pace.dueMs(400_000, 100)).toBe(0);
  expect(pace.virtualMs(100)).toBe(500_100);
  expect(pace.dueMs(501_000, 100)).toBe(1_000);
});

it("never runs backwards when the limit does", () => {
  let limitMs = 1_000;
  const pace = new Pace(1, 0, () => limitMs);
  pace.moveTo(900, 900, false);
  limitMs = 500;
  expect(pace.virtualMs(950)).toBe(900);
});
