import { describe, expect, it } from "vitest";
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
});
