import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { localDate, momentOf, plusDays, weekdayOf, type LocalDate } from "./local-time.ts";

const ZONES = ["Europe/Zurich", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"];

function dateOf(text: string): LocalDate {
  const [year = 0, month = 0, day = 0] = text.split("-").map(Number);
  return { year, month, day };
}

function minuteOf(text: string): number {
  const [hour = 0, minute = 0] = text.split(":").map(Number);
  return hour * 60 + minute;
}

describe("a time of day becomes a moment", () => {
  test.each([
    // The clocks go from 02:00 to 03:00 at 01:00 UTC.
    ["Europe/Zurich", "2026-03-29", "01:59", "2026-03-29T00:59Z"],
    ["Europe/Zurich", "2026-03-29", "02:30", "2026-03-29T01:00Z"],
    ["Europe/Zurich", "2026-03-29", "03:00", "2026-03-29T01:00Z"],
    ["Europe/Zurich", "2026-03-29", "03:01", "2026-03-29T01:01Z"],
    // They go back from 03:00 to 02:00 at 01:00 UTC: 02:30 comes twice.
    ["Europe/Zurich", "2026-10-25", "02:30", "2026-10-25T00:30Z"],
    ["Europe/Zurich", "2026-10-25", "03:00", "2026-10-25T02:00Z"],
    ["America/New_York", "2026-03-08", "02:15", "2026-03-08T07:00Z"],
    ["America/New_York", "2026-11-01", "01:15", "2026-11-01T05:15Z"],
    ["America/New_York", "2026-11-01", "22:00", "2026-11-02T03:00Z"],
    // Three quarters of an hour, and no summer time.
    ["Asia/Kathmandu", "2026-03-29", "02:30", "2026-03-28T20:45Z"],
    // Half an hour of summer time: from 02:00 to 02:30, and back from 02:00 to 01:30.
    ["Australia/Lord_Howe", "2026-10-04", "02:10", "2026-10-03T15:30Z"],
    ["Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04T14:45Z"],
    // 30 December 2011 was left out.
    ["Pacific/Apia", "2011-12-29", "23:59", "2011-12-30T09:59Z"],
    ["Pacific/Apia", "2011-12-30", "12:00", "2011-12-30T10:00Z"],
    ["Pacific/Apia", "2011-12-31", "12:00", "2011-12-30T22:00Z"],
    ["No/Where", "2026-03-29", "02:30", "2026-03-29T02:30Z"],
  ])("%s %s %s is %s", (zone, date, time, moment) => {
    expect(momentOf(dateOf(date), minuteOf(time), zone)).toBe(Date.parse(moment) / 1_000);
  });
});

test.each(ZONES)("in %s every moment is on its date, and dates and minutes follow each other", (zone) => {
  const seconds = fc.integer({ min: Date.UTC(2026, 0) / 1_000, max: Date.UTC(2031, 0) / 1_000 });
  fc.assert(
    fc.property(seconds, fc.integer({ min: 0, max: 1_439 }), (atS, minute) => {
      const date = localDate(atS, zone);
      expect(momentOf(date, 0, zone)).toBeLessThanOrEqual(atS);
      expect(momentOf(plusDays(date, 1), 0, zone)).toBeGreaterThan(atS);
      const moment = momentOf(date, minute, zone);
      expect(momentOf(date, minute + 1, zone)).toBeGreaterThanOrEqual(moment);
      expect(localDate(moment, zone)).toEqual(date);
    }),
    { numRuns: 100 },
  );
});

test("weekdays are ISO's", () => {
  expect(["2026-11-30", "2026-12-06"].map((date) => weekdayOf(dateOf(date)))).toEqual([1, 7]);
});
