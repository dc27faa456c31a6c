import type { ContentfulStatusCode } from "hono/utils/http-status";

/** One refused field. */
export interface FieldError {
  /** Path of the field in the body (`shape.coordinates[0][3]`), or the name of the parameter or header. */
  readonly field: string;
  readonly message: string;
  /** The limit that was broken, in the unit that the message names. */
  readonly limit?: number | undefined;
}

/** A kind of problem: its status, its title, and what to do about it. */
interface ProblemType {
  readonly status: ContentfulStatusCode;
  readonly title: string;
  readonly description: string;
}

/** Kinds of problem by name. The type of a problem is `/v1/problems/<name>`. */
export type ProblemTypes = Readonly<Record<string, ProblemType>>;

/** Problem details, RFC 9457 section 3; a kind of problem may have members of its own. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: ContentfulStatusCode;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
}

export const PROBLEM_MEDIA_TYPE = "application/problem+json";

/** Says no with the problems of one API. */
export interface Problems<Name extends string> {
  /** The problem of that name, with its detail and the fields that caused it. Nothing that was sent is repeated in it. */
  readonly problem: (name: Name, detail: string, errors?: readonly FieldError[]) => Problem;
  /** The same as an error to throw, for places that cannot return an answer. */
  readonly refuse: (
    name: Name,
    detail: string,
    errors?: readonly FieldError[],
    headers?: Readonly<Record<string, string>>,
  ) => ProblemError;
}

/** The problems that `types` describes. */
export function problemsOf<Types extends ProblemTypes>(types: Types): Problems<keyof Types & string> {
  const problem = (name: keyof Types & string, detail: string, errors?: readonly FieldError[]): Problem => {
    const { status, title } = types[name] as ProblemType;
    const body = { type: `/v1/problems/${name}`, title, status, detail };
    return errors === undefined ? body : { ...body, errors };
  };
  return {
    problem,
    refuse: (name, detail, errors, headers) => new ProblemError(problem(name, detail, errors), headers),
  };
}

/** The answer that carries a problem. */
export function problemResponse(body: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), {
    status: body.status,
    headers: { "content-type": PROBLEM_MEDIA_TYPE, "cache-control": "no-store", ...headers },
  });
}

/** A problem on its way to the handler of errors. */
export class ProblemError extends Error {
  readonly body: Problem;
  readonly headers: Readonly<Record<string, string>>;

  constructor(body: Problem, headers: Readonly<Record<string, string>> = {}) {
    super(body.detail);
    this.body = body;
    this.headers = headers;
  }
}
