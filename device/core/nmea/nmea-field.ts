import type { NmeaLine } from "./nmea-line.ts";

/** The field is empty: the receiver does not know. */
export const EMPTY = -1;
/** The field holds something invalid. */
export const MALFORMED = -2;

const MAX_DIGITS = 10;
const DAY_MS = 86_400_000;

const ZERO = 48;
/** A dot, counted from the digit 0. */
const DOT = -2;

const POWERS_OF_TEN = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];

/** The ASCII code of a field of one character, EMPTY or MALFORMED. */
export function letter(line: NmeaLine, index: number): number {
  const start = line.starts[index]!;
  const next = line.starts[index + 1]!;
  if (next === start + 2) return line.bytes[line.begin + start]!;
  return next < start + 2 ? EMPTY : MALFORMED;
}

/**
 * An unsigned decimal number times 10^`decimals`, further decimals cut off; EMPTY or MALFORMED.
 * At most ten digits count, so the result is exact.
 */
export function scaled(line: NmeaLine, index: number, decimals: number): number {
  const { begin, starts } = line;
  return decimalBetween(line.bytes, begin + starts[index]!, begin + starts[index + 1]! - 1, decimals);
}

function decimalBetween(bytes: Uint8Array, start: number, stop: number, decimals: number): number {
  let value = 0;
  let digit = 0;
  let at = start;
  for (; at < stop && (digit = bytes[at]! - ZERO) >= 0 && digit < 10; at++) value = value * 10 + digit;
  if (at < stop)
    return digit === DOT ? withDecimals(bytes, at, stop, decimals, value, at - start) : MALFORMED;
  if (stop <= start) return EMPTY;
  return stop - start > MAX_DIGITS ? MALFORMED : value * POWERS_OF_TEN[decimals]!;
}

/** The number whose `digits` before the dot were `whole`. */
function withDecimals(
  bytes: Uint8Array,
  dot: number,
  stop: number,
  decimals: number,
  whole: number,
  digits: number,
): number {
  let value = whole;
  let digit = 0;
  let at = dot + 1;
  const last = at + decimals;
  for (; at < stop && (digit = bytes[at]! - ZERO) >= 0 && digit < 10 && at < last; at++)
    value = value * 10 + digit;
  const count = digits + at - dot - 1;
  if (count === 0 || count > MAX_DIGITS || wholeBetween(bytes, at, stop) < 0) return MALFORMED;
  return value * POWERS_OF_TEN[last - at]!;
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
  const start = line.begin + line.starts[index]!;
  const stop = line.begin + line.starts[index + 1]! - 1;
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
  const start = line.begin + line.starts[index]!;
  const stop = line.begin + line.starts[index + 1]! - 1;
  if (stop <= start) return EMPTY;
  const digits = stop === start + 6 ? wholeBetween(line.bytes, start, stop) : -1;
  return digits < 0 ? MALFORMED : digits;
}

/**
 * `ddmm.mmmm` or `dddmm.mmmm` as unsigned degrees x 10^7, rounded to the nearest in whole numbers only.
 * `degreeDigits` is 2 for a latitude, 3 for a longitude. EMPTY or MALFORMED.
 */
export function degreesE7(line: NmeaLine, index: number, degreeDigits: number): number {
  const start = line.begin + line.starts[index]!;
  const stop = line.begin + line.starts[index + 1]! - 1;
  if (stop <= start) return EMPTY;
  const minutesAt = start + degreeDigits;
  if (stop < minutesAt + 2) return MALFORMED;
  const degrees = decimalBetween(line.bytes, start, minutesAt, 0);
  const minutesE7 = decimalBetween(line.bytes, minutesAt, stop, 7);
  if (degrees < 0 || minutesE7 < 0 || minutesE7 >= 600_000_000) return MALFORMED;
  const halfUp = minutesE7 + 30;
  return degrees * 10_000_000 + (halfUp - (halfUp % 60)) / 60;
}
