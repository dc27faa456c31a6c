import { describe, expect, it } from "vitest";
import { expectedVersion, isKnownToReader } from "./entity-tag.ts";

describe("expectedVersion", () => {
  it("reads what entityTag writes, and * as anything", () => {
    expect(expectedVersion('"12"')).toBe(12);
    expect(expectedVersion(" * ")).toBeUndefined();
  });

  it.each([
    [undefined, /If-Match/],
    ["12", /one entity tag/],
    ["", /one entity tag/],
    ['"1", "2"', /one entity tag/],
    ['W/"12"', /changed/],
    ['"0"', /changed/],
    ['"x"', /changed/],
  ])("refuses %s", (header, message) => {
    expect(() => expectedVersion(header)).toThrow(message);
  });
});

describe("isKnownToReader", () => {
  it.each([
    [undefined, false],
    ['"3"', true],
    ['W/"3"', true],
    ['"1", "3"', true],
    ["*", true],
    ['"2"', false],
  ])("%s", (header, expected) => {
    expect(isKnownToReader(header, 3)).toBe(expected);
  });
});
