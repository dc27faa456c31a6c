import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_UINT32 } from "@purrimeter/protocol/values";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { rfc3339, secondsFromRfc3339 } from "./rfc3339.ts";

describe("secondsFromRfc3339", () => {
  it.each([
    ["1970-01-01T00:00:00Z", 0],
    ["2026-03-01T12:00:00Z", 1_772_366_400],
    ["2026-03-01T12:00:00.001Z", 1_772_366_401],
    ["2026-03-01t13:00:00+01:00", 1_772_366_400],
    ["2026-03-01 12:00:00z", 1_772_366_400],
    ["2106-02-07T06:28:15Z", 4_294_967_295],
    ["2016-12-31T23:59:60Z", 1_483_228_800],
    ["2016-12-31T23:59:60.5Z", 1_483_228_800],
    ["2016-12-31T15:59:60-08:00", 1_483_228_800],
    ["2026-03-01T23:59:59Z", 1_772_409_599],
  ])("reads %s", (text, seconds) => {
    expect(secondsFromRfc3339(text)).toBe(seconds);
  });

  it.each([
    "",
    "now",
    "1772366400",
    "2026-03-01",
    "2026-03-01T12:00:00",
    "2026-03-01T12:00Z",
    "2026-02-30T12:00:00Z",
    "2026-13-01T12:00:00Z",
    "2026-03-01T25:00:00Z",
    "2026-03-01T24:00:00Z",
    "2026-03-01T12:00:60Z",
    "2016-12-31T23:59:60+01:00",
    "2016-12-31T23:59:61Z",
    "2026-03-01T12:60:00Z",
    "2026-03-01T12:00:00 01:00",
    "Sun, 01 Mar 2026 12:00:00 GMT",
  ])("refuses %j", (text) => {
    expect(secondsFromRfc3339(text)).toBe("malformed");
  });

  it.each(["1969-12-31T23:59:59Z", "2106-02-07T06:28:16Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])(
    "says of %s that it is out of range",
    (text) => {
      expect(secondsFromRfc3339(text)).toBe("out-of-range");
    },
  );

  it("rounds fractions down where that is asked for", () => {
    expect(secondsFromRfc3339("1970-01-01T00:00:01.999Z", Math.floor)).toBe(1);
  });

  it("reads what rfc3339 writes", () => {
    for (const at of [0, 951_782_400, 4_294_967_295])
      expect(secondsFromRfc3339(rfc3339(at as UnixSeconds))).toBe(at);
  });
});

describe("rfc3339", () => {
  it("writes what Date writes, without the milliseconds", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MAX_UINT32 }), (at) => {
        const expected = new Date(at * 1_000).toISOString().replace(".000", "");
        expect(rfc3339(at as UnixSeconds)).toBe(expected);
      }),
      { numRuns: 10_000 },
    );
  });
});
