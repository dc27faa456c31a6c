import type { z } from "zod";
import { commonProblems } from "./common-problems.ts";
import { fieldErrors } from "./field-errors.ts";

/** The detail names so many fields; `errors` has them all. */
const NAMED = 3;

/** What Hono's hook for validation is told, as far as it matters here. */
type Validation =
  | { readonly success: true }
  | {
      readonly success: false;
      readonly target: string;
      readonly error: { readonly issues: readonly z.core.$ZodIssue[] };
    };

/** A `defaultHook`: throws what a route's schemas refused as a problem that names the fields. */
export function onInvalid(result: Validation): void {
  if (result.success) return;
  const where = result.target === "json" ? "body" : result.target;
  const errors = fieldErrors(result.error.issues, where);
  const sentences = errors.slice(0, NAMED).map(({ field, message }) => `${field}: ${message}`);
  throw commonProblems.refuse("invalid-request", sentences.join(" "), errors);
}
