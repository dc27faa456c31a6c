import { describe, expect, it } from "vitest";
import { crc32 } from "./crc32.ts";
import { lonDeltaE7 } from "./lon-delta.ts";
import { parseTopic, topicOf } from "./topics.ts";
import { asTagId, latE7FromDegrees, lonE7FromDegrees, type TagId } from "./values.ts";
import { unzigzag, writeVarint, zigzag } from "./cbor/varint.ts";

describe("coordinates", () => {
  it("know the equator, the poles and the date line", () => {
    expect(latE7FromDegrees(0)).toBe(0);
    expect(latE7FromDegrees(90)).toBe(900_000_000);
    expect(latE7FromDegrees(90.000_000_1)).toBeUndefined();
    expect(lonE7FromDegrees(180)).toBe(-1_800_000_000);
    expect(lonE7FromDegrees(-180)).toBe(-1_800_000_000);
    expect(lonE7FromDegrees(Number.NaN)).toBeUndefined();
  });

  it("measure longitude the short way round", () => {
    expect(lonDeltaE7(1_799_999_999, -1_800_000_000)).toBe(1);
    expect(lonDeltaE7(-1_800_000_000, 1_799_999_999)).toBe(-1);
    expect(lonDeltaE7(10, -10)).toBe(-20);
  });
});

describe("tag ids and topics", () => {
  it("have no character that a topic or a file name could trip over", () => {
    expect(asTagId("cat-7_B")).toBe("cat-7_B");
    for (const bad of ["", "a/b", "a+b", "#", "ä", "..", "a".repeat(33), "a\0"])
      expect(asTagId(bad)).toBeUndefined();
  });

  it("are found in their own topics only", () => {
    const tag = "cat-7" as TagId;
    expect(parseTopic(topicOf(tag, "report"))).toEqual({ tag, channel: "report" });
    for (const bad of [
      "purrimeter/1/cat-7",
      "purrimeter/1/+/report",
      "purrimeter/2/cat-7/report",
      "x/report",
    ]) {
      expect(parseTopic(bad)).toBeUndefined();
    }
    expect(parseTopic("purrimeter/1/cat-7/report/x")).toBeUndefined();
  });
});

describe("numbers", () => {
  it("zigzag there and back at the ends of 32 bits", () => {
    for (const value of [0, -1, 1, -2_147_483_648, 2_147_483_647])
      expect(unzigzag(zigzag(value))).toBe(value);
    const bytes = new Uint8Array(5);
    expect(writeVarint(bytes, 0, 4_294_967_295)).toBe(5);
    expect([...bytes]).toEqual([255, 255, 255, 255, 15]);
  });

  it("check CRC-32 by its published check value", () => {
    expect(crc32(Buffer.from("123456789"), 0, 9)).toBe(0xcbf43926);
  });
});
