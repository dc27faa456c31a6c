import { createRoute } from "@hono/zod-openapi";
import { credentialsSchema, problemSchema, refreshSchema, tokensSchema } from "./credentials-schema.ts";

const PROBLEMS: Readonly<Record<number, string>> = {
  400: "The body is not valid.",
  401: "Not accepted.",
  409: "Not possible: there may be an account already.",
  413: "The body is too large.",
  415: "The body is not application/json.",
  429: "Too many attempts; see Retry-After.",
  503: "Busy; see Retry-After.",
};

const problemContent = { "application/problem+json": { schema: problemSchema } };

/** Problem responses of a route definition. */
export function problemResponses(
  ...statuses: readonly number[]
): Record<number, { description: string; content: typeof problemContent }> {
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: PROBLEMS[status] ?? "A problem.", content: problemContent },
    ]),
  );
}

const credentialsBody = { required: true, content: { "application/json": { schema: credentialsSchema } } };
const refreshBody = { required: true, content: { "application/json": { schema: refreshSchema } } };
const tokens = { description: "Tokens", content: { "application/json": { schema: tokensSchema } } };

/** Makes an owner's account and logs it in. */
export const registerRoute = createRoute({
  method: "post",
  path: "/register",
  operationId: "register",
  summary: "Make an account",
  request: { body: credentialsBody },
  responses: { 201: tokens, ...problemResponses(400, 409, 413, 415, 429, 503) },
});

/** Begins a session. */
export const loginRoute = createRoute({
  method: "post",
  path: "/login",
  operationId: "login",
  summary: "Log in",
  request: { body: credentialsBody },
  responses: { 200: tokens, ...problemResponses(400, 401, 413, 415, 429, 503) },
});

/** Exchanges a refresh token, which works once; using one twice ends the session. */
export const refreshRoute = createRoute({
  method: "post",
  path: "/refresh",
  operationId: "refresh",
  summary: "Exchange a refresh token for new tokens",
  request: { body: refreshBody },
  responses: { 200: tokens, ...problemResponses(400, 401, 413, 415) },
});

/** Ends a session at once, access tokens included. Unknown tokens get the same answer (RFC 7009, 2.2). */
export const logoutRoute = createRoute({
  method: "post",
  path: "/logout",
  operationId: "logout",
  summary: "End the session of a refresh token",
  request: { body: refreshBody },
  responses: { 204: { description: "The session is over." }, ...problemResponses(400, 413, 415) },
});
