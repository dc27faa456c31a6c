import fc from "fast-check";
import { expect, it } from "vitest";
import { ascii, SentenceWriter } from "./sentence-writer.ts";

function written(write: (to: SentenceWriter) => void): string {
  const writer = new SentenceWriter(128);
  write(writer);
  return Buffer.from(writer.bytes.subarray(0, writer.length)).toString("latin1");
}

it("ends a sentence with the checksum of what lies between dollar and asterisk", () => {
  const sentence = written((to) => {
    to.begin(ascii("GPGLL,"));
    to.text(ascii("5300.97914,N,00259.98174,E,125926,A"));
    to.end();
  });
  // A sentence of the GLL example in many manuals.
  expect(sentence).toBe("$GPGLL,5300.97914,N,00259.98174,E,125926,A*28\r\n");
});

it("writes the date that the calendar gives, for every day of NMEA's two-digit years", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 47_481 }), (day) => {
      const iso = new Date(day * 86_400_000).toISOString();
      expect(written((to) => to.date(day))).toBe(iso.slice(8, 10) + iso.slice(5, 7) + iso.slice(2, 4));
    }),
  );
});

it.each([
  [0, 2, "0.00"],
  [5, 2, "0.05"],
  [9_999, 2, "99.99"],
  [100_000, 3, "100.000"],
])("writes %d as a number with %d decimals", (units, decimals, text) => {
  expect(written((to) => to.decimal(units, decimals))).toBe(text);
});

it.each([
  [0, 2, "0000.0000000"],
  [899_999_999 * 60, 2, "8959.9999940"],
  [1_800_000_000 * 60, 3, "18000.0000000"],
])("writes %d units of 10^-7 minutes as an angle", (units, degreeDigits, text) => {
  expect(written((to) => to.angle(units, 10_000_000, 7, degreeDigits))).toBe(text);
});
