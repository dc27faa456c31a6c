import { ACCOUNT_PROBLEMS } from "@purrimeter/auth-api/problems";
import type { ProblemTypes } from "@purrimeter/service/problem";

/**
 * Every kind of problem that this API answers with (RFC 9457): its status, title and what to do about it.
 * The type of a problem is `/v1/problems/<name>`, a path that answers with this table's row.
 */
export const PROBLEM_TYPES = {
  ...ACCOUNT_PROBLEMS,
  "already-proved": {
    status: 409,
    title: "The channel is proved already",
    description:
      "There is nothing left to prove. A paused channel is tried again with POST /v1/alert-channels/{id}/resume.",
  },
  "invalid-cursor": {
    status: 400,
    title: "The cursor does not belong to this request",
    description:
      "A cursor goes on with the list that gave it: same owner, same path, same query. Start without one.",
  },
  "precondition-failed": {
    status: 412,
    title: "The resource has changed since you read it",
    description: "Read the resource again and repeat the change with its new ETag in If-Match.",
  },
  "range-not-satisfiable": {
    status: 416,
    title: "Nothing of this range is there",
    description: "Content-Range says how many bytes there are.",
  },
  "precondition-required": {
    status: 428,
    title: "If-Match is required",
    description: "Read the resource and send its ETag in If-Match, so that no change is lost.",
  },
} as const satisfies ProblemTypes;

/** Name of a problem, the last part of its type. */
export type ProblemName = keyof typeof PROBLEM_TYPES;
