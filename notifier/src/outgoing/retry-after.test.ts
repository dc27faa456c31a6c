import { expect, test } from "vitest";
import { retryAfterS } from "./retry-after.ts";

const NOW_S = 1_800_000_000;

test.each([
  ["0", 0],
  ["120", 120],
  [" 5 ", 5],
  ["86401", 86_400],
  ["9999999999", 86_400],
  ["Fri, 15 Jan 2027 08:01:40 GMT", 100],
  ["Fri, 15 Jan 2027 07:00:00 GMT", 0],
  ["Sat, 15 Jan 2028 08:00:00 GMT", 86_400],
])("%j asks for %i s", (header, seconds) => expect(retryAfterS(header, NOW_S)).toBe(seconds));

test.each([undefined, "", "soon", "-5", "1.5", "1e3", "99999999999", "2027-01-15", "Fri, nonsense"])(
  "%j asks for nothing",
  (header) => expect(retryAfterS(header, NOW_S)).toBeUndefined(),
);
