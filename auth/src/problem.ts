import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** What is wrong with one field and what would be right. */
export interface FieldError {
  /** Name of the field, nested ones joined with dots; empty for the body as a whole. */
  readonly field: string;
  readonly limit: string;
}

const TITLES = {
  "bad-request": [400, "The request cannot be read"],
  "wrong-credentials": [401, "The mail address or the password is wrong"],
  "invalid-token": [401, "The token is not valid"],
  "not-found": [404, "There is nothing here"],
  "method-not-allowed": [405, "This method is not allowed here"],
  "registration-refused": [409, "This registration is refused"],
  "too-large": [413, "The body is too large"],
  "not-json": [415, "The body has to be application/json"],
  "invalid-fields": [422, "Some fields are not valid"],
  "too-many-requests": [429, "Too many requests"],
  internal: [500, "The service failed"],
  busy: [503, "The service is busy"],
} as const satisfies Record<string, readonly [ContentfulStatusCode, string]>;

/** Kinds of problem that this service answers with; the last part of the problem's `type`. */
export type ProblemKind = keyof typeof TITLES;

interface ProblemDetails {
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  /** Seconds to wait; also sent as Retry-After. */
  readonly retryAfterS?: number;
}

/** Answers with problem details (RFC 9457). Nothing that the client sent is repeated in it. */
export function problem(context: Context, kind: ProblemKind, details: ProblemDetails = {}): Response {
  const [status, title] = TITLES[kind];
  const { retryAfterS, ...rest } = details;
  if (retryAfterS !== undefined) context.header("Retry-After", String(retryAfterS));
  if (status === 401) context.header("WWW-Authenticate", "Bearer");
  const body = { type: `urn:purrimeter:problem:${kind}`, title, status, ...rest };
  return context.body(JSON.stringify(body), status, { "Content-Type": "application/problem+json" });
}
