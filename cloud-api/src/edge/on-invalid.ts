import type { Hook } from "@hono/zod-openapi";
import type { Env } from "../dependencies.ts";
import { fieldErrors } from "./field-errors.ts";
import { ProblemError, problem } from "./problem.ts";

/** Turns what a route's schemas refused into a problem that names the fields. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the hook serves every route's schemas.
export const onInvalid: Hook<any, Env, any, any> = (result) => {
  if (result.success) return;
  const where = result.target === "json" ? "body" : result.target;
  const errors = fieldErrors(result.error.issues, where);
  const detail = errors
    .map(({ field, message }) => `${field}: ${message}`)
    .slice(0, 3)
    .join(" ");
  throw new ProblemError(problem("invalid-request", detail, errors));
};
