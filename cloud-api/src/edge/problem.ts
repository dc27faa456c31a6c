import { PROBLEM_TYPES } from "./problem-types.ts";
import type { ProblemName, ProblemStatus } from "./problem-types.ts";

/** One refused field. */
export interface FieldError {
  /** Path of the field in the body (`shape.coordinates[0][3]`), or the name of the parameter or header. */
  readonly field: string;
  readonly message: string;
  /** The limit that was broken, in the unit that the message names. */
  readonly limit?: number | undefined;
}

/** Problem details, RFC 9457 section 3. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: ProblemStatus;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
}

export const PROBLEM_MEDIA_TYPE = "application/problem+json";

/** The problem of that name, with its detail and the fields that caused it. */
export function problem(name: ProblemName, detail: string, errors?: readonly FieldError[]): Problem {
  const { status, title } = PROBLEM_TYPES[name];
  const body = { type: `/v1/problems/${name}`, title, status, detail };
  return errors === undefined ? body : { ...body, errors };
}

/** The answer that carries a problem. */
export function problemResponse(body: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), {
    status: body.status,
    headers: { "content-type": PROBLEM_MEDIA_TYPE, "cache-control": "no-store", ...headers },
  });
}

/** A problem on its way to the handler of errors, for places that cannot return an answer. */
export class ProblemError extends Error {
  readonly body: Problem;
  readonly headers: Readonly<Record<string, string>>;

  constructor(body: Problem, headers: Readonly<Record<string, string>> = {}) {
    super(body.detail);
    this.body = body;
    this.headers = headers;
  }
}

/** Shorthand for what handlers throw most. */
export function refuse(name: ProblemName, detail: string, errors?: readonly FieldError[]): ProblemError {
  return new ProblemError(problem(name, detail, errors));
}
