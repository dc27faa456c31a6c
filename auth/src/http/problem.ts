import { ACCOUNT_PROBLEMS } from "@purrimeter/auth-api/problems";
import type { AccountProblemName } from "@purrimeter/auth-api/problems";
import { problemResponse, problemsOf } from "@purrimeter/service/problem";
import type { FieldError } from "@purrimeter/service/problem";
import type { TypedResponse } from "hono";

const problems = problemsOf(ACCOUNT_PROBLEMS);

/** Kinds of problem that this service answers with; the last part of a problem's `type`. */
export type ProblemName = AccountProblemName;

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

/** The answer to who has to wait `retryAfterS` seconds; `more`: what else one can do. */
export function tooManyRequests(retryAfterS: number, more = ""): Problem {
  const detail = `Too many attempts. Try again after the time in Retry-After. ${more}`;
  return problem("too-many-requests", detail.trimEnd(), undefined, { "retry-after": String(retryAfterS) });
}

/** The answer when more passwords are being checked than this service checks at once. */
export function busy(): Problem {
  return problem("unavailable", "The service is busy.", undefined, { "retry-after": "2" });
}

/** The answer to a body or parameter in which one field is not right. */
export function invalidField(error: FieldError): Problem {
  return problem("invalid-request", error.message, [error]);
}
