import { COMMON_PROBLEM_TYPES } from "@purrimeter/service/common-problems";
import type { ProblemTypes } from "@purrimeter/service/problem";

/**
 * Every kind of problem that this API answers with (RFC 9457): its status, title and what to do about it.
 * The type of a problem is `/v1/problems/<name>`, a path that answers with this table's row.
 */
export const PROBLEM_TYPES = {
  ...COMMON_PROBLEM_TYPES,
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
} as const satisfies ProblemTypes;

/** Name of a problem, the last part of its type. */
export type ProblemName = keyof typeof PROBLEM_TYPES;

/** Statuses that problems have. */
export type ProblemStatus = (typeof PROBLEM_TYPES)[ProblemName]["status"];
