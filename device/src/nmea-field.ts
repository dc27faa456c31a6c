import type { NmeaLine } from "./nmea-line.ts";

/** The field is empty: the receiver does not know. */
export const EMPTY = -1;
/** The field holds something that cannot be. */
export const MALFORMED = -2;

const MAX_DIGITS = 10;
const DAY_MS = 86_400_000;

/** The ASCII code of a field of one character, EMPTY or MALFORMED. */
export function letter(line: NmeaLine, index: number): number {
  const size = line.stop(index) - line.start(index);
  if (size <= 0) return EMPTY;
  return size === 1 ? (line.bytes[line.start(index)] ?? MALFORMED) : MALFORMED;
}

/**
 * An unsigned decimal number times 10^`decimals`, further decimals cut off; EMPTY or MALFORMED.
 * At most ten digits count, so the result is exact.
 */
export function scaled(line: NmeaLine, index: number, decimals: number): number {
  return decimalBetween(line.bytes, line.start(index), line.stop(index), decimals);
}

function decimalBetween(bytes: Uint8Array, start: number, stop: number, decimals: number): number {
  if (stop <= start) return EMPTY;
  let value = 0;
  let digits = 0;
  let decimal = -1;
  for (let i = start; i < stop; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === 46) {
      if (decimal >= 0) return MALFORMED;
      decimal = 0;
      continue;
    }
    if (byte < 48 || byte > 57) return MALFORMED;
    if (decimal >= decimals) continue;
    value = value * 10 + byte - 48;
    if (++digits > MAX_DIGITS) return MALFORMED;
    if (decimal >= 0) decimal++;
  }
  if (digits === 0) return MALFORMED;
  for (let left = decimals - Math.max(decimal, 0); left > 0; left--) value *= 10;
  return value;
}

function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] ?? 0) - 48;
  const ones = (bytes[at + 1] ?? 0) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

/** `hhmmss.sss` as milliseconds of the day (second 60, a leap second, is allowed), EMPTY or MALFORMED. */
export function timeOfDayMs(line: NmeaLine, index: number): number {
  const start = line.start(index);
  const stop = line.stop(index);
  if (stop <= start) return EMPTY;
  const hour = twoDigits(line.bytes, start);
  const minute = twoDigits(line.bytes, start + 2);
  const ms = decimalBetween(line.bytes, start + 4, stop, 3);
  if (stop < start + 6 || hour < 0 || hour > 23 || minute < 0 || minute > 59) return MALFORMED;
  if (ms < 0 || ms >= 61_000) return MALFORMED;
  return Math.min((hour * 60 + minute) * 60_000 + ms, DAY_MS - 1);
}

/** `ddmmyy` as day x 10^4 + month x 100 + year of two digits, EMPTY or MALFORMED. */
export function dateDigits(line: NmeaLine, index: number): number {
  const start = line.start(index);
  const size = line.stop(index) - start;
  if (size <= 0) return EMPTY;
  const day = twoDigits(line.bytes, start);
  const month = twoDigits(line.bytes, start + 2);
  const year = twoDigits(line.bytes, start + 4);
  if (size !== 6 || day < 0 || month < 0 || year < 0) return MALFORMED;
  return day * 10_000 + month * 100 + year;
}

/**
 * `ddmm.mmmm` or `dddmm.mmmm` as unsigned degrees x 10^7, rounded to the nearest in whole numbers only.
 * `degreeDigits` is 2 for a latitude, 3 for a longitude. EMPTY or MALFORMED.
 */
export function degreesE7(line: NmeaLine, index: number, degreeDigits: number): number {
  const start = line.start(index);
  const stop = line.stop(index);
  if (stop <= start) return EMPTY;
  const minutesAt = start + degreeDigits;
  if (stop < minutesAt + 2) return MALFORMED;
  const degrees = decimalBetween(line.bytes, start, minutesAt, 0);
  const minutesE7 = decimalBetween(line.bytes, minutesAt, stop, 7);
  if (degrees < 0 || minutesE7 < 0 || minutesE7 >= 600_000_000) return MALFORMED;
  const halfUp = minutesE7 + 30;
  return degrees * 10_000_000 + (halfUp - (halfUp % 60)) / 60;
}
