import { expect, it } from "vitest";
import { tagNameFor } from "./tag-name.ts";

it("makes ids that a certificate can carry, each once", () => {
  const taken = new Set<string>();
  const names = ["Lady T-Tag", "Lady T-Tag", "  ", "Ærø", "x".repeat(40), "x".repeat(40)];
  expect(names.map((name) => tagNameFor(name, taken))).toEqual([
    "Lady_T-Tag",
    "Lady_T-Tag-2",
    "tag",
    "_r_",
    "x".repeat(32),
    `${"x".repeat(30)}-2`,
  ]);
});
