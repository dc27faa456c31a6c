import { expect, test } from "vitest";
import { z } from "zod";
import { fieldErrors } from "./field-errors.ts";

const schema = z.strictObject({
  kind: z.enum(["live", "history"]),
  only: z.literal("cat").optional(),
  name: z.string().min(1).max(3).optional(),
  items: z.array(z.string()).max(1).optional(),
});

function errors(value: unknown): readonly object[] {
  return fieldErrors(schema.safeParse(value).error?.issues ?? [], "body");
}

test("a value that is none of those allowed is answered with these", () => {
  expect(errors({ kind: "all", only: "dog" })).toEqual([
    { field: "kind", message: 'This must be one of "live", "history".' },
    { field: "only", message: 'This must be "cat".' },
  ]);
});

test("a limit of one is said in the singular", () => {
  expect(errors({ kind: "live", name: "", items: ["a", "b"] })).toEqual([
    { field: "name", message: "At least 1 character.", limit: 1 },
    { field: "items", message: "At most 1 item.", limit: 1 },
  ]);
  expect(errors({ kind: "live", name: "four" })).toEqual([
    { field: "name", message: "At most 3 characters.", limit: 3 },
  ]);
});

test("an object that is none at all is named by where it was", () => {
  expect(errors("text")).toEqual([{ field: "body", message: "This must be an object." }]);
});
