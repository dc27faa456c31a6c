import { createRoute } from "@hono/zod-openapi";
import { loginSchema, refreshSchema, tokensSchema } from "../http/credentials-schema.ts";
import { problemResponses } from "../http/problem-responses.ts";

const loginBody = { required: true, content: { "application/json": { schema: loginSchema } } };
const refreshBody = { required: true, content: { "application/json": { schema: refreshSchema } } };
const tokens = { description: "Tokens", content: { "application/json": { schema: tokensSchema } } };

/** Makes an owner's account and logs it in. */
export const registerRoute = createRoute({
  method: "post",
  path: "/register",
  operationId: "register",
  summary: "Make an account",
  request: { body: loginBody },
  responses: { 201: tokens, ...problemResponses(400, 409, 413, 415, 429, 503) },
});

/** Begins a session. */
export const loginRoute = createRoute({
  method: "post",
  path: "/login",
  operationId: "login",
  summary: "Log in",
  request: { body: loginBody },
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
