import fc from "fast-check";
import { expect, it } from "vitest";
import { clockText, knowsTime } from "./modem-clock.ts";

it("writes the time as Date does, from 2001 to 2099", () => {
  const from = Date.UTC(2001, 0, 1) / 1_000;
  const to = Date.UTC(2100, 0, 1) / 1_000 - 1;
  fc.assert(
    fc.property(fc.integer({ min: from, max: to }), (utcS) => {
      const iso = new Date(utcS * 1_000).toISOString();
      expect(clockText(utcS)).toBe(`${iso.slice(2, 10).replaceAll("-", "/")},${iso.slice(11, 19)}+00`);
    }),
    {
      examples: [[from], [to], [Date.UTC(2028, 1, 29) / 1_000], [Date.UTC(2028, 11, 31, 23, 59, 59) / 1_000]],
    },
  );
});

it.each([
  ['+CCLK: "26/11/22,02:00:00+00"', true],
  ['+CCLK: "80/01/06,00:00:12+00"', false],
  ['+CCLK: "70/01/01,00:00:00+00"', false],
  ['+CCLK: "04/01/01,00:00:00+00"', false],
  ['+CCLK: ""', false],
  ["+CCLK: 26", false],
  ['+CCLK: "ab/cd', false],
])("%s is a time that somebody has set: %s", (answer, knows) => {
  expect(knowsTime(answer)).toBe(knows);
});
