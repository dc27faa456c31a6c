import { describe, expect, it } from "vitest";
import { fieldErrors } from "@purrimeter/service/field-errors";
import { listQuerySchema, timeQuerySchema } from "./list-query.ts";

describe("queries", () => {
  it("have limits with a default", () => {
    expect(listQuerySchema.parse({})).toEqual({ limit: 100 });
    expect(listQuerySchema.parse({ limit: "1000" })).toEqual({ limit: 1000 });
    for (const limit of ["0", "1001", "-1", "1.5", "", "1e2", " 1", "0x10"])
      expect(listQuerySchema.safeParse({ limit }).success, limit).toBe(false);
  });

  it("may begin and end at once, but not end before they begin", () => {
    const at = "2026-03-01T12:00:00Z";
    expect(timeQuerySchema.parse({ from: at, to: at })).toMatchObject({
      from: 1_772_366_400,
      to: 1_772_366_400,
    });
    const result = timeQuerySchema.safeParse({ from: "2026-03-01T12:00:01Z", to: at });
    expect(result.error?.issues.map((issue) => issue.path[0])).toEqual(["from", "to"]);
  });

  it.each([
    [
      { to: "9999-12-31T23:59:59Z" },
      "This time is not between 1970-01-01T00:00:00Z and 2106-02-07T06:28:15Z.",
    ],
    [{ limit: ["1", "2"] }, "This must be one string, given once."],
  ])("say of %j what is wrong", (query, message) => {
    const issues = timeQuerySchema.safeParse(query).error?.issues ?? [];
    expect(fieldErrors(issues, "query")).toMatchObject([{ field: Object.keys(query)[0], message }]);
  });

  it("take a part of a second from both ends", () => {
    const [from, to] = ["2026-03-01T12:00:00.5Z", "2026-03-01T12:00:02.5Z"];
    expect(timeQuerySchema.parse({ from, to })).toMatchObject({ from: 1_772_366_401, to: 1_772_366_402 });
  });
});
