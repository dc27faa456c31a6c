import type { z } from "@hono/zod-openapi";
import { PROBLEM_MEDIA_TYPE } from "@purrimeter/service/problem";
import { BODY_PROBLEMS, OWNER_PROBLEMS } from "../edge/answers.ts";
import { readJsonBody } from "../edge/read-json-body.ts";
import { loginProblemSchema } from "./account-schemas.ts";

/** As much as the authentication service reads: a passkey's answer is the largest. */
export const MAX_BODY_BYTES = 4_096;

export const middleware = readJsonBody(MAX_BODY_BYTES);

/** Problems of routes that anybody may use. */
export const OPEN_PROBLEMS = [
  ...BODY_PROBLEMS,
  "misdirected-request",
  "too-many-requests",
  "internal-error",
  "unavailable",
] as const;

/** Problems of routes with a body that need a session. */
export const SESSION_BODY_PROBLEMS = [...OWNER_PROBLEMS, ...BODY_PROBLEMS] as const;

type JsonContent<Schema extends z.ZodType> = Record<"application/json", { schema: Schema }>;

/** Content of that schema. */
export function json<Schema extends z.ZodType>(schema: Schema): JsonContent<Schema> {
  return { "application/json": { schema } };
}

/** A body of that schema, which must be there. */
export function body<Schema extends z.ZodType>(
  schema: Schema,
): { body: { required: true; content: JsonContent<Schema> } } {
  return { body: { required: true, content: json(schema) } };
}

/** An answer of that schema. */
export function answer<Schema extends z.ZodType>(
  description: string,
  schema: Schema,
): { description: string; content: JsonContent<Schema> } {
  return { description, content: json(schema) };
}

/** What a login without its second factor, or with a wrong password, answers. */
export const NOT_LOGGED_IN = {
  description:
    "Not accepted (wrong-credentials), or a second factor is needed (second-factor-required, with `challenge` and `methods`).",
  content: { [PROBLEM_MEDIA_TYPE]: { schema: loginProblemSchema } },
};
