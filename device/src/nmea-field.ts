import type { NmeaLine } from "./nmea-line.ts";

/** The field is empty: the receiver does not know. */
export const EMPTY = -1;
/** The field holds something that cannot be. */
export const MALFORMED = -2;

const MAX_DIGITS = 10;
const DAY_MS = 86_400_000;

const ZERO = 48;
/** A dot, counted from the digit 0. */
const DOT = -2;

/** The ASCII code of a field of one character, EMPTY or MALFORMED. */
export function letter(line: NmeaLine, index: number): number {
  const start = line.starts[index]!;
  const size = line.starts[index + 1]! - start - 1;
  if (size <= 0) return EMPTY;
  return size === 1 ? line.bytes[start]! : MALFORMED;
}

/**
 * An unsigned decimal number times 10^`decimals`, further decimals cut off; EMPTY or MALFORMED.
 * At most ten digits count, so the result is exact.
 */
export function scaled(line: NmeaLine, index: number, decimals: number): number {
  return decimalBetween(line.bytes, line.starts[index]!, line.starts[index + 1]! - 1, decimals);
}

function decimalBetween(bytes: Uint8Array, start: number, stop: number, decimals: number): number {
  if (stop <= start) return EMPTY;
  let value = 0;
  let digit = 0;
  let at = start;
  for (; at < stop && (digit = bytes[at]! - ZERO) >= 0 && digit < 10; at++) value = value * 10 + digit;
  let digits = at - start;
  let left = decimals;
  if (at < stop) {
    if (digit !== DOT) return MALFORMED;
    const last = Math.min(stop, ++at + decimals);
    for (; at < last && (digit = bytes[at]! - ZERO) >= 0 && digit < 10; at++, left--)
      value = value * 10 + digit;
    digits += decimals - left;
    if (wholeBetween(bytes, at, stop) < 0) return MALFORMED;
  }
  if (digits === 0 || digits > MAX_DIGITS) return MALFORMED;
  for (; left > 0; left--) value *= 10;
  return value;
}

/** The number that these digits are, or -1 when one is none. */
function wholeBetween(bytes: Uint8Array, start: number, stop: number): number {
  let value = 0;
  for (let at = start; at < stop; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** `hhmmss.sss` as milliseconds of the day (second 60, a leap second, is allowed), EMPTY or MALFORMED. */
export function timeOfDayMs(line: NmeaLine, index: number): number {
  const start = line.starts[index]!;
  const stop = line.starts[index + 1]! - 1;
  if (stop <= start) return EMPTY;
  if (stop < start + 6) return MALFORMED;
  const hhmm = wholeBetween(line.bytes, start, start + 4);
  const minutes = hhmm % 100;
  const ms = decimalBetween(line.bytes, start + 4, stop, 3);
  if (hhmm < 0 || hhmm >= 2400 || minutes > 59 || ms < 0 || ms >= 61_000) return MALFORMED;
  return Math.min((((hhmm - minutes) / 100) * 60 + minutes) * 60_000 + ms, DAY_MS - 1);
}

/** `ddmmyy` as day x 10^4 + month x 100 + year of two digits, EMPTY or MALFORMED. */
export function dateDigits(line: NmeaLine, index: number): number {
  const start = line.starts[index]!;
  const size = line.starts[index + 1]! - start - 1;
  if (size <= 0) return EMPTY;
  const digits = size === 6 ? wholeBetween(line.bytes, start, start + 6) : -1;
  return digits < 0 ? MALFORMED : digits;
}

/**
 * `ddmm.mmmm` or `dddmm.mmmm` as unsigned degrees x 10^7, rounded to the nearest in whole numbers only.
 * `degreeDigits` is 2 for a latitude, 3 for a longitude. EMPTY or MALFORMED.
 */
export function degreesE7(line: NmeaLine, index: number, degreeDigits: number): number {
  const start = line.starts[index]!;
  const stop = line.starts[index + 1]! - 1;
  if (stop <= start) return EMPTY;
  const minutesAt = start + degreeDigits;
  if (stop < minutesAt + 2) return MALFORMED;
  const degrees = decimalBetween(line.bytes, start, minutesAt, 0);
  const minutesE7 = decimalBetween(line.bytes, minutesAt, stop, 7);
  if (degrees < 0 || minutesE7 < 0 || minutesE7 >= 600_000_000) return MALFORMED;
  const halfUp = minutesE7 + 30;
  return degrees * 10_000_000 + (halfUp - (halfUp % 60)) / 60;
}
