import { describe, expect, test } from "vitest";
import { endOfWindows, isWithin, nextBeginning, nextTimeOfDay } from "./day-windows.ts";

const ZURICH = "Europe/Zurich";
const at = (text: string): number => Date.parse(text) / 1_000;
const minutes = (hour: number, minute = 0): number => hour * 60 + minute;
const night = { from: minutes(22), to: minutes(6) };

describe("a window over midnight", () => {
  test.each([
    ["2026-11-30T21:59:59+01:00", false],
    ["2026-11-30T22:00:00+01:00", true],
    ["2026-12-01T05:59:59+01:00", true],
    ["2026-12-01T06:00:00+01:00", false],
  ])("at %s: %s", (moment, expected) => {
    expect(isWithin([night], at(moment), ZURICH)).toBe(expected);
  });

  test("of a weekday begins on it, and its end is the next day's", () => {
    const friday = [{ ...night, weekdays: [5] }];
    expect(isWithin(friday, at("2026-12-05T03:00+01:00"), ZURICH)).toBe(true);
    expect(isWithin(friday, at("2026-12-04T03:00+01:00"), ZURICH)).toBe(false);
    expect(isWithin(friday, at("2026-12-05T23:00+01:00"), ZURICH)).toBe(false);
  });

  test("ends by the clocks, also when they change in it", () => {
    const end = (moment: string): string =>
      new Date(endOfWindows([night], at(moment), ZURICH) * 1_000).toISOString();
    expect(end("2026-12-01T00:00+01:00")).toBe("2026-12-01T05:00:00.000Z");
    expect(end("2026-03-28T23:00+01:00")).toBe("2026-03-29T04:00:00.000Z");
    expect(end("2026-10-24T23:00+02:00")).toBe("2026-10-25T05:00:00.000Z");
  });
});

test("a window that begins at a skipped time begins after the gap; one that lies in it is not there that day", () => {
  const gap = at("2026-03-29T01:00Z");
  expect(isWithin([{ from: minutes(2, 30), to: minutes(6) }], gap, ZURICH)).toBe(true);
  expect(isWithin([{ from: minutes(2, 30), to: minutes(6) }], gap - 1, ZURICH)).toBe(false);
  expect(isWithin([{ from: minutes(2, 10), to: minutes(2, 50) }], gap, ZURICH)).toBe(false);
});

test("a window in an hour that comes twice is there once, and one around it has no hole", () => {
  const [first, second] = [at("2026-10-25T00:40Z"), at("2026-10-25T01:20Z")];
  const inside = [{ from: minutes(2, 30), to: minutes(2, 50) }];
  expect([isWithin(inside, first, ZURICH), isWithin(inside, first + 3_600, ZURICH)]).toEqual([true, false]);
  expect(isWithin([{ from: minutes(2, 30), to: minutes(6) }], second, ZURICH)).toBe(true);
});

test("equal ends are the whole day, and windows that touch are one", () => {
  const whole = [{ from: minutes(8), to: minutes(8), weekdays: [1] }];
  expect(isWithin(whole, at("2026-12-01T07:59+01:00"), ZURICH)).toBe(true);
  expect(isWithin(whole, at("2026-12-01T08:00+01:00"), ZURICH)).toBe(false);
  const touching = [night, { from: minutes(6), to: minutes(7) }];
  expect(endOfWindows(touching, at("2026-12-01T00:00+01:00"), ZURICH)).toBe(at("2026-12-01T07:00+01:00"));
  const always = [{ from: 0, to: 0 }];
  expect(endOfWindows(always, at("2026-12-01T00:00+01:00"), ZURICH)).toBeGreaterThan(at("2026-12-10T00:00Z"));
});

test("the next time of day is later, on its weekday, and each day once", () => {
  const ten = minutes(22);
  expect(nextTimeOfDay(ten, at("2026-11-30T21:59+01:00"), ZURICH)).toBe(at("2026-11-30T22:00+01:00"));
  expect(nextTimeOfDay(ten, at("2026-11-30T22:00+01:00"), ZURICH)).toBe(at("2026-12-01T22:00+01:00"));
  expect(nextTimeOfDay(ten, at("2026-11-30T22:00+01:00"), ZURICH, [1])).toBe(at("2026-12-07T22:00+01:00"));
  expect(nextTimeOfDay(ten, at("2026-11-30T22:00+01:00"), ZURICH, [])).toBeUndefined();
  const twice = minutes(2, 30);
  expect(nextTimeOfDay(twice, at("2026-10-25T00:30Z"), ZURICH)).toBe(at("2026-10-26T01:30Z"));
  expect(nextBeginning([night], at("2026-11-30T22:00+01:00"), ZURICH)).toBe(at("2026-12-01T22:00+01:00"));
  expect(nextBeginning([], 0, ZURICH)).toBeUndefined();
});
