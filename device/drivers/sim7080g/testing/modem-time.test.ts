import { expect, it } from "vitest";
import { modemTime, modemTimeMs } from "./modem-time.ts";

it.each([
  ["80/01/06,00:00:12+00", "1980-01-06T00:00:12Z"],
  ["26/11/30,01:30:00+00", "2026-11-30T01:30:00Z"],
  ["28/02/29,23:59:59+00", "2028-02-29T23:59:59Z"],
])("reads and writes %s to the second", (text, iso) => {
  expect(modemTimeMs(text)).toBe(Date.parse(iso));
  expect(modemTime(Date.parse(iso) + 999)).toBe(text);
});
