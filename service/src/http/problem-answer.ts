import { HTTPException } from "hono/http-exception";
import { commonProblems } from "./common-problems.ts";
import { ProblemError, problemResponse } from "./problem.ts";

const { problem } = commonProblems;

/** The answer to an error that is the client's: a problem that was thrown, or Hono's own refusal. Undefined when the error is ours. */
export function problemAnswer(error: Error): Response | undefined {
  if (error instanceof ProblemError) return problemResponse(error.body, error.headers);
  if (!(error instanceof HTTPException) || error.status >= 500) return undefined;
  if (error.status === 415)
    return problemResponse(problem("unsupported-media-type", "Only application/json is read."));
  return problemResponse(problem("invalid-request", "The request cannot be read."));
}

/** The answer to a request for a path that does not exist, or not with this method; `allow` as the header Allow. */
export function noRouteAnswer(allow: string | undefined, notFound: string): Response {
  if (allow === undefined) return problemResponse(problem("not-found", notFound));
  return problemResponse(problem("method-not-allowed", `Allowed: ${allow}.`), { Allow: allow });
}

/** The answer to an error that is ours. */
export function internalErrorAnswer(): Response {
  return problemResponse(problem("internal-error", "The service has failed. The error is in its log."));
}
