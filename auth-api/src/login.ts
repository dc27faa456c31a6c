import { createRoute, z } from "@hono/zod-openapi";
import { challengeSchema, codeSchema, deviceSchema, mailSchema, passwordSchema } from "./fields.ts";
import { MAX_REFRESH_TOKEN_LENGTH } from "./limits.ts";
import { notLoggedIn, OPEN_PROBLEMS, problemAnswers } from "./problem-answers.ts";
import { body, TAGS } from "./route-parts.ts";
import { LOGGED_IN } from "./tokens.ts";

export { tokensSchema } from "./tokens.ts";
export type { Tokens } from "./tokens.ts";

const credentialsSchema = z
  .strictObject({ email: mailSchema, password: passwordSchema, device: deviceSchema })
  .openapi("Credentials");

const secondStepSchema = z
  .strictObject({ challenge: challengeSchema, code: codeSchema, device: deviceSchema })
  .openapi("SecondStep");

const refreshSchema = z
  .strictObject({
    refreshToken: z
      .string()
      .min(1)
      .max(MAX_REFRESH_TOKEN_LENGTH)
      .optional()
      .openapi({ description: "A page of this origin leaves it out: its cookie is taken." }),
  })
  .openapi("RefreshToken");

/** Makes an owner's account and logs it in. */
export const registerRoute = createRoute({
  method: "post",
  path: "/register",
  operationId: "register",
  summary: "Make an account",
  tags: TAGS,
  request: body(credentialsSchema),
  responses: { 201: LOGGED_IN, ...problemAnswers(...OPEN_PROBLEMS, "conflict") },
});

/** Begins a session. */
export const loginRoute = createRoute({
  method: "post",
  path: "/login",
  operationId: "login",
  summary: "Log in",
  tags: TAGS,
  request: body(credentialsSchema),
  responses: { 200: LOGGED_IN, ...problemAnswers(...OPEN_PROBLEMS), 401: notLoggedIn() },
});

/** The second step of a login, with a code. */
export const secondStepRoute = createRoute({
  method: "post",
  path: "/login/second-factor",
  operationId: "loginSecondFactor",
  summary: "Finish a login with a code",
  tags: TAGS,
  request: body(secondStepSchema),
  responses: { 200: LOGGED_IN, ...problemAnswers(...OPEN_PROBLEMS, "wrong-credentials") },
});

/** Exchanges a refresh token, which works once; using one twice ends the session. */
export const refreshRoute = createRoute({
  method: "post",
  path: "/refresh",
  operationId: "refresh",
  summary: "Get a new access token",
  description: "A refresh token that comes a second time has been stolen by someone: the session ends.",
  tags: TAGS,
  request: body(refreshSchema),
  responses: { 200: LOGGED_IN, ...problemAnswers(...OPEN_PROBLEMS, "wrong-credentials") },
});

/** Ends a session at once, access tokens included. Unknown tokens get the same answer (RFC 7009, 2.2). */
export const logoutRoute = createRoute({
  method: "post",
  path: "/logout",
  operationId: "logout",
  summary: "End the session",
  description: "Access tokens of the session are refused from now on.",
  tags: TAGS,
  request: body(refreshSchema),
  responses: {
    204: { description: "The session has ended." },
    ...problemAnswers(...OPEN_PROBLEMS, "wrong-credentials"),
  },
});
