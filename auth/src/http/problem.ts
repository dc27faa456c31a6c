import { ACCOUNT_PROBLEMS } from "@purrimeter/auth-api/problems";
import type { TypedResponse } from "hono";

/** One refused field. */
export interface FieldError {
  /** Path of the field in the body, or the name of the parameter or header. */
  readonly field: string;
  readonly message: string;
  /** The limit that was broken, in the unit that the message names. */
  readonly limit?: number;
}

/** Kinds of problem that this service answers with; the last part of a problem's `type`. */
export type ProblemName = keyof typeof ACCOUNT_PROBLEMS;

/** An answer that says what went wrong; typed so that every route may give it. */
export type Problem = Response & TypedResponse<never, never, never>;

export const PROBLEM_MEDIA_TYPE = "application/problem+json";

/** An answer with problem details (RFC 9457), `members` added to it. Nothing that the client sent is repeated in it. */
export function problem(
  name: ProblemName,
  detail: string,
  errors?: readonly FieldError[],
  headers: Readonly<Record<string, string>> = {},
  members: Readonly<Record<string, unknown>> = {},
): Problem {
  const { status, title } = ACCOUNT_PROBLEMS[name];
  const body = { type: `/v1/problems/${name}`, title, status, detail, ...(errors && { errors }), ...members };
  const challenge = status === 401 ? { "www-authenticate": "Bearer" } : undefined;
  const all = { "content-type": PROBLEM_MEDIA_TYPE, ...challenge, ...headers };
  return new Response(JSON.stringify(body), { status, headers: all }) as Problem;
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
