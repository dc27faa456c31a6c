import { COMMON_PROBLEM_TYPES } from "@purrimeter/service/common-problems";
import type { ProblemTypes } from "@purrimeter/service/problem";

/**
 * Every kind of problem that a route of accounts answers with (RFC 9457): its status, title and what to do about it. The
 * type of a problem is `/v1/problems/<name>`; the API serves the row under that path.
 */
export const ACCOUNT_PROBLEMS = {
  ...COMMON_PROBLEM_TYPES,
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
  "mail-not-verified": {
    status: 403,
    title: "The mail address has to be verified first",
    description:
      "Open the link in the verification mail, or get another with POST /v1/auth/mail/verification. Then get a new access token with POST /v1/auth/refresh.",
  },
  forbidden: {
    status: 403,
    title: "Not allowed for this account",
    description:
      "The account lacks the role that this route requires, or the personal access token lacks the scope.",
  },
  conflict: {
    status: 409,
    title: "The request conflicts with the current state",
    description: "`detail` and `errors` say what it conflicts with.",
  },
  "misdirected-request": {
    status: 421,
    title: "This server does not answer for that host",
    description: "The Host header names none of the hosts of the server's certificate.",
  },
} as const satisfies ProblemTypes;

/** Name of such a problem, the last part of its type. */
export type AccountProblemName = keyof typeof ACCOUNT_PROBLEMS;
