import { asUnixSeconds } from "@purrimeter/protocol/values";
import type { UnixSeconds } from "@purrimeter/protocol/values";

// Date.parse reads far more than RFC 3339 section 5.6 allows: 24:00:00 for one. It reads no leap second.
const RFC3339 =
  /^(\d{4}-\d\d-\d\d)[Tt ]((?:[01]\d|2[0-3]):[0-5]\d:)([0-5]\d|60|[0-5]\d\.\d{1,9}|60\.\d{1,9})([Zz]|[+-]\d\d:\d\d)$/;

/** `out-of-range`: before 1970 or not in 32 bits. */
export type TimeRefusal = "malformed" | "out-of-range";

/**
 * Seconds of UTC of an RFC 3339 time, fractions rounded up unless told otherwise. A leap second is the first second of the next
 * day, which has its number in Unix time.
 */
export function secondsFromRfc3339(text: string, round = Math.ceil): UnixSeconds | TimeRefusal {
  const [, day = "", minute = "", second = "", zone = ""] = RFC3339.exec(text) ?? [];
  const isDay = !Number.isNaN(Date.parse(day)) && new Date(day).toISOString().startsWith(day);
  if (!isDay) return "malformed";
  const isLeap = second.startsWith("60");
  const ms = Date.parse(`${day}T${minute}${isLeap ? "59" : second}${zone.toUpperCase()}`);
  if (Number.isNaN(ms) || (isLeap && !isEndOfDay(ms))) return "malformed";
  return asUnixSeconds(isLeap ? ms / 1000 + 1 : round(ms / 1000)) ?? "out-of-range";
}

/** Where alone a leap second comes, whatever the offset (RFC 3339 section 5.7). */
function isEndOfDay(ms: number): boolean {
  return new Date(ms).toISOString().slice(11, 19) === "23:59:59";
}

const DAY_S = 86_400;
const DAYS_PER_ERA = 146_097;

/** 0 to 99 as two digits. */
function two(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}

/** Year, month and day of a day since 1970 in the Gregorian calendar (H. Hinnant, "chrono-compatible low-level date algorithms"). */
function dateOf(day: number): string {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / DAYS_PER_ERA);
  const dayOfEra = shifted - era * DAYS_PER_ERA;
  const leapDays =
    Math.floor(dayOfEra / 1_460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${year}-${two(month)}-${two(dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1)}`;
}

/**
 * RFC 3339 in UTC, whole seconds: 2026-03-01T12:00:00Z. A page of locations has two thousand of them, and Date takes
 * longer for each than all else that is done for a location.
 */
export function rfc3339(at: UnixSeconds): string {
  const day = Math.floor(at / DAY_S);
  const second = at - day * DAY_S;
  const hour = Math.floor(second / 3_600);
  const minute = Math.floor(second / 60) % 60;
  return `${dateOf(day)}T${two(hour)}:${two(minute)}:${two(second % 60)}Z`;
}
