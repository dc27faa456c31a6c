import { problemSchema } from "@purrimeter/auth-api/problem-answers";
import { PROBLEM_MEDIA_TYPE } from "@purrimeter/service/problem";
import { PROBLEM_TYPES } from "./problem-types.ts";
import type { ProblemName } from "./problem-types.ts";

interface ProblemAnswer {
  readonly description: string;
  readonly content: { readonly [PROBLEM_MEDIA_TYPE]: { readonly schema: typeof problemSchema } };
}

type ProblemAnswers<Name extends ProblemName> = {
  [N in Name as (typeof PROBLEM_TYPES)[N]["status"]]: ProblemAnswer;
};

/** Documents the problems that a route may answer with, one row for each status. */
export function problemAnswers<Name extends ProblemName>(...names: readonly Name[]): ProblemAnswers<Name> {
  const answers: Record<number, ProblemAnswer> = {};
  for (const name of names) {
    const { status, title } = PROBLEM_TYPES[name];
    const before = answers[status]?.description;
    const description = before === undefined ? `${title} (${name}).` : `${before} ${title} (${name}).`;
    answers[status] = { description, content: { [PROBLEM_MEDIA_TYPE]: { schema: problemSchema } } };
  }
  return answers;
}

/** Problems that any route for owners may answer with. */
export const OWNER_PROBLEMS = [
  "unauthenticated",
  "forbidden",
  "misdirected-request",
  "too-many-requests",
  "internal-error",
  "unavailable",
] as const satisfies readonly ProblemName[];

/** Problems of a body. */
export const BODY_PROBLEMS = [
  "invalid-request",
  "malformed-json",
  "body-too-large",
  "unsupported-media-type",
] as const satisfies readonly ProblemName[];

/** Security requirement of routes for owners. */
export const BEARER_SECURITY: Record<string, string[]>[] = [{ bearer: [] }];
