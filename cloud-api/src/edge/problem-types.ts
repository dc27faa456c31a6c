/**
 * Every kind of problem that this API answers with (RFC 9457): its status, title and what to do about it.
 * The type of a problem is `/v1/problems/<name>`, a path that answers with this table's row.
 */
export const PROBLEM_TYPES = {
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
  "invalid-cursor": {
    status: 400,
    title: "The cursor does not belong to this request",
    description:
      "A cursor goes on with the list that gave it: same owner, same path, same query. Start without one.",
  },
  unauthenticated: {
    status: 401,
    title: "A valid access token is needed",
    description: "Send `Authorization: Bearer <accessToken>`; POST /v1/auth/refresh gives a new one.",
  },
  "wrong-credentials": {
    status: 401,
    title: "Address or password, or refresh token, not accepted",
    description: "An unknown address and a wrong password give the same answer.",
  },
  "second-factor-required": {
    status: 401,
    title: "A second factor is needed",
    description:
      "Send `challenge` back with a code to POST /v1/auth/login/second-factor, or to POST /v1/auth/login/passkey/options.",
  },
  forbidden: {
    status: 403,
    title: "Not allowed for this account",
    description:
      "The account does not have the role that this route asks for, or the personal access token not the scope.",
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
  conflict: {
    status: 409,
    title: "Not possible as things stand",
    description: "`errors` names what stands against it.",
  },
  "precondition-failed": {
    status: 412,
    title: "It has changed since you read it",
    description: "Read it again and repeat the change with its new ETag in If-Match.",
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
  "misdirected-request": {
    status: 421,
    title: "This server does not answer for that host",
    description: "The Host header names none of the hosts of the server's certificate.",
  },
  "precondition-required": {
    status: 428,
    title: "If-Match is required",
    description: "Read it, and send its ETag in If-Match, so that no one's change is lost.",
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
} as const;

/** Name of a problem, the last part of its type. */
export type ProblemName = keyof typeof PROBLEM_TYPES;

/** Statuses that problems have. */
export type ProblemStatus = (typeof PROBLEM_TYPES)[ProblemName]["status"];
