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
    title: "The body is not valid JSON",
    description:
      "The body must be JSON (RFC 8259) in UTF-8, without duplicate members, and not nested deeper than the limit that `errors` names.",
  },
  "not-found": {
    status: 404,
    title: "Not found",
    description: "Not found, or not yours.",
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
    title: "Internal error",
    description: "The service has failed. The error is in its log.",
  },
  unavailable: {
    status: 503,
    title: "Temporarily unavailable",
    description: "A part of the service does not answer. Try again later.",
  },
} as const satisfies ProblemTypes;

/** Problems that every API has; an API's own are made by `problemsOf`. */
export const commonProblems = problemsOf(COMMON_PROBLEM_TYPES);
