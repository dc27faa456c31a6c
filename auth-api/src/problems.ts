/**
 * Every kind of problem that a route of accounts answers with (RFC 9457): its status, title and what to do about it. The
 * type of a problem is `/v1/problems/<name>`; the API serves the row under that path.
 */
export const ACCOUNT_PROBLEMS = {
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
  unauthenticated: {
    status: 401,
    title: "A valid access token is required",
    description: "Send `Authorization: Bearer <accessToken>`; POST /v1/auth/refresh gives a new one.",
  },
  "wrong-credentials": {
    status: 401,
    title: "The credentials were not accepted",
    description:
      "The password, code, passkey or refresh token is wrong. An unknown address and a wrong password give the same answer.",
  },
  "second-factor-required": {
    status: 401,
    title: "A second factor is required",
    description:
      "Send `challenge` back with a code to POST /v1/auth/login/second-factor, or to POST /v1/auth/login/passkey/options.",
  },
  forbidden: {
    status: 403,
    title: "Not allowed for this account",
    description:
      "The account lacks the role that this route requires, or the personal access token lacks the scope.",
  },
  "not-found": { status: 404, title: "Not found", description: "Not found, or not yours." },
  conflict: {
    status: 409,
    title: "The request conflicts with the current state",
    description: "`detail` and `errors` say what it conflicts with.",
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
} as const;

/** Name of such a problem, the last part of its type. */
export type AccountProblemName = keyof typeof ACCOUNT_PROBLEMS;
