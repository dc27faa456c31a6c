import { describe, expect, it } from "vitest";
import { wantsGeoJson } from "./location-format.ts";

describe("wantsGeoJson", () => {
  it.each([
    [undefined, undefined, false],
    [undefined, "*/*", false],
    [undefined, "application/geo+json", true],
    [undefined, "text/html, Application/Geo+JSON;q=0.9", true],
    [undefined, "application/json, application/geo+json", false],
    [undefined, "application/geo+json, application/json;q=0.5", true],
    ["json", "application/geo+json", false],
    ["geojson", "application/json", true],
  ] as const)("format %s, Accept %s", (format, accept, expected) => {
    expect(wantsGeoJson(format, accept)).toBe(expected);
  });
});
