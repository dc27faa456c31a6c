import { COMMON_PROBLEM_TYPES } from "@purrimeter/service/common-problems";
import { problemResponse, problemsOf } from "@purrimeter/service/problem";
import type { FieldError, ProblemTypes } from "@purrimeter/service/problem";
import type { TypedResponse } from "hono";

/** Statuses and titles as cloud-api has them, so that it can pass answers on as they are; it publishes the descriptions. */
const PROBLEM_TYPES = {
  ...COMMON_PROBLEM_TYPES,
  "wrong-credentials": {
    status: 401,
    title: "Address or password, or refresh token, not accepted",
    description: "",
  },
  "second-factor-required": { status: 401, title: "A second factor is needed", description: "" },
  unauthenticated: { status: 401, title: "A valid access token is needed", description: "" },
  forbidden: { status: 403, title: "Not allowed for this account", description: "" },
  conflict: { status: 409, title: "Not possible as things stand", description: "" },
} as const satisfies ProblemTypes;

const problems = problemsOf(PROBLEM_TYPES);

/** Kinds of problem that this service answers with; the last part of a problem's `type`. */
export type ProblemName = keyof typeof PROBLEM_TYPES;

/** An answer that says what went wrong; typed so that every route may give it. */
export type Problem = Response & TypedResponse<never, never, never>;

/** An answer with problem details (RFC 9457), `members` added to it. Nothing that the client sent is repeated in it. */
export function problem(
  name: ProblemName,
  detail: string,
  errors?: readonly FieldError[],
  headers: Readonly<Record<string, string>> = {},
  members: Readonly<Record<string, unknown>> = {},
): Problem {
  const body = { ...problems.problem(name, detail, errors), ...members };
  const challenge = body.status === 401 ? { "www-authenticate": "Bearer" } : undefined;
  return problemResponse(body, { ...challenge, ...headers }) as Problem;
}

/** The answer to who has to wait `retryAfterS` seconds. */
export function tooManyRequests(retryAfterS: number): Problem {
  const detail = "Wait as long as Retry-After says.";
  return problem("too-many-requests", detail, undefined, { "retry-after": String(retryAfterS) });
}

/** The answer when more passwords are being checked than this service checks at once. */
export function busy(): Problem {
  return problem("unavailable", "The service is busy.", undefined, { "retry-after": "2" });
}

/** The answer to a body or parameter in which one field is not right. */
export function invalidField(error: FieldError): Problem {
  return problem("invalid-request", error.message, [error]);
}
