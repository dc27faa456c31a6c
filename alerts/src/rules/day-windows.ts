import type { DayWindow } from "@purrimeter/store/alert-rule";
import { localDate, momentOf, plusDays, weekdayOf, type LocalDate } from "./local-time.ts";

/** Windows that follow each other without a gap are one, up to this number. */
const MAX_JOINED = 16;

/** Days that a time of day is looked for: a week, and one for a day that a calendar skips. */
const LOOK_DAYS = 9;

/** Whether the moment (seconds of UTC) is in one of the windows, by the clocks of the zone. */
export function isWithin(windows: readonly DayWindow[], atS: number, timeZone: string): boolean {
  return endAt(windows, atS, timeZone) !== undefined;
}

/** When the windows that the moment is in are over, seconds of UTC; the moment itself when it is in none. */
export function endOfWindows(windows: readonly DayWindow[], atS: number, timeZone: string): number {
  let endS = atS;
  for (let joined = 0; joined < MAX_JOINED; joined++) {
    const next = endAt(windows, endS, timeZone);
    if (next === undefined) break;
    endS = next;
  }
  return endS;
}

/** When one of the windows begins next, after the moment; undefined when there are none. */
export function nextBeginning(
  windows: readonly DayWindow[],
  atS: number,
  timeZone: string,
): number | undefined {
  const begins = windows.flatMap(({ from, weekdays }) => nextTimeOfDay(from, atS, timeZone, weekdays) ?? []);
  return begins.length === 0 ? undefined : Math.min(...begins);
}

/** The next moment, after that one, at which the zone's clocks show that minute of the day, on one of the weekdays. */
export function nextTimeOfDay(
  minute: number,
  atS: number,
  timeZone: string,
  weekdays?: readonly number[],
): number | undefined {
  const today = localDate(atS, timeZone);
  for (let days = -1; days <= LOOK_DAYS; days++) {
    const date = plusDays(today, days);
    const momentS = momentOf(date, minute, timeZone);
    if (momentS > atS && isOn(weekdays, date)) return momentS;
  }
  return undefined;
}

function endAt(windows: readonly DayWindow[], atS: number, timeZone: string): number | undefined {
  const today = localDate(atS, timeZone);
  const ends = windows.flatMap((window) =>
    [plusDays(today, -1), today].flatMap((date) => {
      const [beginS, endS] = spanOf(window, date, timeZone);
      return isOn(window.weekdays, date) && beginS <= atS && atS < endS ? endS : [];
    }),
  );
  return ends.length === 0 ? undefined : Math.max(...ends);
}

function spanOf({ from, to }: DayWindow, date: LocalDate, timeZone: string): readonly [number, number] {
  const lastDate = to > from ? date : plusDays(date, 1);
  return [momentOf(date, from, timeZone), momentOf(lastDate, to, timeZone)];
}

function isOn(weekdays: readonly number[] | undefined, date: LocalDate): boolean {
  return weekdays === undefined || weekdays.includes(weekdayOf(date));
}
