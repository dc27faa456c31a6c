import type { TypedResponse } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** One refused field. */
export interface FieldError {
  /** Path of the field in the body, or the name of the parameter or header. */
  readonly field: string;
  readonly message: string;
  /** The limit that was broken, in the unit that the message names. */
  readonly limit?: number;
}

/** Statuses and titles as the gateway has them, so that it can pass answers on as they are. */
const PROBLEMS = {
  "invalid-request": [400, "The request is not valid"],
  "malformed-json": [400, "The body is not the JSON that this API reads"],
  "wrong-credentials": [401, "Address or password, or refresh token, not accepted"],
  "second-factor-required": [401, "A second factor is needed"],
  unauthenticated: [401, "A valid access token is needed"],
  forbidden: [403, "Not allowed for this account"],
  "not-found": [404, "Not found"],
  "method-not-allowed": [405, "Method not allowed"],
  conflict: [409, "Not possible as things stand"],
  "body-too-large": [413, "The body is too large"],
  "unsupported-media-type": [415, "The body must be application/json"],
  "too-many-requests": [429, "Too many requests"],
  "internal-error": [500, "The service has failed"],
  unavailable: [503, "Not available at the moment"],
} as const satisfies Record<string, readonly [ContentfulStatusCode, string]>;

/** Kinds of problem that this service answers with; the last part of a problem's `type`. */
export type ProblemName = keyof typeof PROBLEMS;

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
  const [status, title] = PROBLEMS[name];
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
