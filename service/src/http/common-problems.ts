import { problemsOf } from "./problem.ts";
import type { ProblemTypes } from "./problem.ts";

/** Kinds of problem that every API has. An API spreads them into its own: `{ ...COMMON_PROBLEM_TYPES, "wrong-code": … }`. */
export const COMMON_PROBLEM_TYPES = {
  "invalid-request": {
    status: 400,
    title: "The request is not valid",
    description: "`errors` names each field that was refused, why, and the limit that it broke.",
  },
  "malformed-json": {
    status: 400,
    title: "The body is not the JSON that this API reads",
    description:
      "The body must be JSON (RFC 8259), without a member that comes twice and not nested deeper than 16.",
  },
  "not-found": {
    status: 404,
    title: "Not found",
    description: "There is no such thing, or it is not yours.",
  },
  "method-not-allowed": {
    status: 405,
    title: "Method not allowed",
    description: "The header Allow lists the methods of this path.",
  },
  "body-too-large": {
    status: 413,
    title: "The body is too large",
    description: "`errors` names the limit in bytes.",
  },
  "unsupported-media-type": {
    status: 415,
    title: "The body must be application/json",
    description: "Send `Content-Type: application/json`, UTF-8, without a content coding.",
  },
  "too-many-requests": {
    status: 429,
    title: "Too many requests",
    description: "Retry-After says after how many seconds to try again.",
  },
  "internal-error": {
    status: 500,
    title: "The service has failed",
    description: "The fault is ours and is in our log.",
  },
  unavailable: {
    status: 503,
    title: "Not available at the moment",
    description: "A part of the service does not answer. Try again later.",
  },
} as const satisfies ProblemTypes;

/** Problems that every API has; an API's own are made by `problemsOf`. */
export const commonProblems = problemsOf(COMMON_PROBLEM_TYPES);
