import { expect, it } from "vitest";
import { closingLine } from "./test-counts.ts";

it("sums up the runs", () => {
  const runs = '{"passed":3,"failed":1,"skipped":2}\n{"passed":4,"failed":0,"skipped":0}\n';
  expect(closingLine(runs)).toBe("7 passed, 1 failed, 2 skipped");
});
