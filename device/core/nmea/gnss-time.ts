/** GPS counts weeks in ten bits (IS-GPS-200, 20.3.3.3.1.1): old receivers are 1,024 weeks late after a rollover. */
const ROLLOVER_S = 1024 * 7 * 86_400;

/** Receivers built before the rollovers of 1999 and 2019 are one or two late. */
const MAX_ROLLOVERS = 2;

/** A date later than this after the build is not believed; 1980-01-06 plus rollovers (2038) must not pass as a date. */
const BELIEVED_S = 10 * 365 * 86_400;

/** Days before a month in a year that begins in March. */
function daysBeforeMonth(monthFromMarch: number): number {
  return Math.floor((153 * monthFromMarch + 2) / 5);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days since 1970-01-01 of a Gregorian date from 1970 on, or -1 when there is no such date. */
export function dayNumber(year: number, month: number, day: number): number {
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return -1;
  const yearFromMarch = month > 2 ? year : year - 1;
  const leapDays =
    Math.floor(yearFromMarch / 4) - Math.floor(yearFromMarch / 100) + Math.floor(yearFromMarch / 400);
  return yearFromMarch * 365 + leapDays + daysBeforeMonth((month + 9) % 12) + day - 1 - 719_468;
}

/**
 * Seconds of UTC that a receiver's day (since 1970) and time of day mean: 1,024 weeks are added while it
 * lies before `builtAtS`; 0 when that gives no date within ten years of it.
 */
export function believedUtcS(day: number, msOfDay: number, builtAtS: number): number {
  let utcS = day * 86_400 + Math.floor(msOfDay / 1000);
  for (let moves = 0; utcS < builtAtS && moves < MAX_ROLLOVERS; moves++) utcS += ROLLOVER_S;
  return utcS < builtAtS || utcS > builtAtS + BELIEVED_S ? 0 : utcS;
}
