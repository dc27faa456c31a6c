const ZERO = 48;

function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i++) {
    const digit = text.charCodeAt(i) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return NaN;
    value = value * 10 + digit;
  }
  return value;
}

function fraction(text: string, from: number): { value: number; end: number } {
  if (text[from] !== ".") return { value: 0, end: from };
  let end = from + 1;
  while (end < text.length && digits(text, end, 1) >= 0) end++;
  return { value: end === from + 1 ? NaN : Number(`0${text.slice(from, end)}`), end };
}

function offsetS(zone: string): number {
  if (zone === "" || zone === "Z") return 0;
  const sign = zone[0] === "+" ? 1 : zone[0] === "-" ? -1 : NaN;
  const minutes = zone.length === 6 && zone[3] === ":" ? digits(zone, 4, 2) : NaN;
  return sign * (digits(zone, 1, 2) * 3600 + minutes * 60);
}

/**
 * Seconds since 1970 of an ISO 8601 time: `2017-06-24T01:03:57Z`, a blank for the T, fractions of a second and an
 * offset such as `+02:00` are fine; no zone means UTC, as in Movebank's files. NaN for anything else, also for
 * 30 February: `Date.parse` would guess, and reads a time without zone as local.
 */
export function parseTimestamp(text: string): number {
  const separators = text[4] === "-" && text[7] === "-" && text[13] === ":" && text[16] === ":";
  if (!separators || (text[10] !== "T" && text[10] !== " ")) return NaN;
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = digits(text, 17, 2);
  if (!(hour <= 23 && minute <= 59 && second <= 60)) return NaN;
  const dayMs = Date.UTC(digits(text, 0, 4), month - 1, day);
  const real = new Date(dayMs);
  if (real.getUTCMonth() !== month - 1 || real.getUTCDate() !== day) return NaN;
  const rest = fraction(text, 19);
  return dayMs / 1000 + hour * 3600 + minute * 60 + second + rest.value - offsetS(text.slice(rest.end));
}
