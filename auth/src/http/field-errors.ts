import type { z } from "@hono/zod-openapi";
import type { FieldError } from "./problem.ts";

/** More say nothing new. */
const MAX_ERRORS = 20;
const MAX_NAME_LENGTH = 64;

function messageOf(issue: z.core.$ZodIssue): Omit<FieldError, "field"> {
  if (issue.code === "too_big") return { message: `At most ${issue.maximum}.`, limit: Number(issue.maximum) };
  if (issue.code === "too_small")
    return { message: `At least ${issue.minimum}.`, limit: Number(issue.minimum) };
  if (issue.code !== "invalid_type") return { message: issue.message };
  return { message: `This must be ${/^[aeiou]/u.test(issue.expected) ? "an" : "a"} ${issue.expected}.` };
}

function errorsOf(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({
      field: key.slice(0, MAX_NAME_LENGTH),
      message: "There is no such field.",
    }));
  return [{ field: issue.path.join(".") || "body", ...messageOf(issue) }];
}

/** What Zod refused, field by field, without the values. */
export function fieldErrors(issues: readonly z.core.$ZodIssue[]): readonly FieldError[] {
  return issues.flatMap(errorsOf).slice(0, MAX_ERRORS);
}
