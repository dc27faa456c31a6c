import { z } from "@hono/zod-openapi";
import { PROBLEM_MEDIA_TYPE } from "@purrimeter/service/problem";
import { ACCOUNT_PROBLEMS } from "./problems.ts";
import type { AccountProblemName } from "./problems.ts";

/** Problem details, RFC 9457 section 3. */
export const problemSchema = z
  .strictObject({
    type: z.string().openapi({ example: "/v1/problems/invalid-request" }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    errors: z
      .array(
        z.strictObject({
          field: z.string().openapi({ example: "shape.coordinates[0]" }),
          message: z.string(),
          limit: z.number().optional().openapi({ description: "The limit that was broken." }),
        }),
      )
      .optional(),
  })
  .openapi("Problem", { description: "Problem details (RFC 9457)." });

/** A problem that a second factor solves. */
const loginProblemSchema = problemSchema
  .extend({
    challenge: z.string().optional().openapi({ description: "Send it back within five minutes." }),
    methods: z
      .array(z.string())
      .optional()
      .openapi({ example: ["totp", "recovery-code", "passkey"] }),
  })
  .openapi("LoginProblem");

/** Which problems a declared answer may carry. A symbol, so that the OpenAPI document does not show it. */
const NAMES: unique symbol = Symbol("names of problems");

/** A declared answer of one status that is a problem. */
interface ProblemAnswer {
  readonly description: string;
  readonly content: { readonly [PROBLEM_MEDIA_TYPE]: { readonly schema: z.ZodType } };
  readonly [NAMES]: readonly AccountProblemName[];
}

type ProblemAnswers<Name extends AccountProblemName> = {
  [N in Name as (typeof ACCOUNT_PROBLEMS)[N]["status"]]: ProblemAnswer;
};

/** Declares the problems that a route may answer with, one row for each status. */
export function problemAnswers<Name extends AccountProblemName>(
  ...names: readonly Name[]
): ProblemAnswers<Name> {
  const byStatus = Map.groupBy(names, (name) => ACCOUNT_PROBLEMS[name].status);
  const rows = [...byStatus].map(([status, named]) => [status, problemAnswer(named)] as const);
  return Object.fromEntries(rows) as ProblemAnswers<Name>;
}

function problemAnswer(names: readonly AccountProblemName[]): ProblemAnswer {
  const description = names.map((name) => `${ACCOUNT_PROBLEMS[name].title} (${name}).`).join(" ");
  return { description, content: { [PROBLEM_MEDIA_TYPE]: { schema: problemSchema } }, [NAMES]: names };
}

/** What a login without its second factor, or with wrong credentials, answers; `more` where a session is needed. */
export function notLoggedIn(...more: readonly AccountProblemName[]): ProblemAnswer {
  return {
    description:
      "Not accepted (wrong-credentials), or a second factor is needed (second-factor-required, with `challenge` and `methods`).",
    content: { [PROBLEM_MEDIA_TYPE]: { schema: loginProblemSchema } },
    [NAMES]: ["wrong-credentials", "second-factor-required", ...more],
  };
}

/** Problems that the API in front answers with by itself: from the authentication service they are faults of ours. */
const OF_THE_EDGE: ReadonlySet<string> = new Set<AccountProblemName>([
  "internal-error",
  "method-not-allowed",
  "misdirected-request",
]);

/** Whether the authentication service may answer so: the route declares the problem, and it is not an internal one. */
export function isPassedOn(answer: object | undefined, name: string): boolean {
  const names = (answer as Partial<ProblemAnswer> | undefined)?.[NAMES] ?? [];
  return !OF_THE_EDGE.has(name) && names.some((declared) => declared === name);
}

/** Problems of a body. */
const BODY_PROBLEMS = [
  "invalid-request",
  "malformed-json",
  "body-too-large",
  "unsupported-media-type",
] as const;

const COMMON_PROBLEMS = [
  "misdirected-request",
  "too-many-requests",
  "internal-error",
  "unavailable",
] as const;

/** Problems of routes with a body that anybody may use. */
export const OPEN_PROBLEMS = [...BODY_PROBLEMS, ...COMMON_PROBLEMS] as const;

/** Problems of routes that need a session. */
export const SESSION_PROBLEMS = ["unauthenticated", "forbidden", ...COMMON_PROBLEMS] as const;

/** Problems of routes with a body that need a session. */
export const SESSION_BODY_PROBLEMS = [...SESSION_PROBLEMS, ...BODY_PROBLEMS] as const;
