import { createRoute } from "@hono/zod-openapi";
import { problemAnswers } from "../edge/answers.ts";
import { answer, body, middleware, NOT_LOGGED_IN, OPEN_PROBLEMS } from "./account-answers.ts";
import {
  credentialsSchema,
  loggedInSchema,
  passkeyChallengeSchema,
  passkeyLoginSchema,
  passkeyOptionsSchema,
  refreshSchema,
  secondStepSchema,
} from "./account-schemas.ts";

const loggedIn = answer("A session. A page of this origin gets its tokens as cookies.", loggedInSchema);

export const registerRoute = createRoute({
  method: "post",
  path: "/register",
  operationId: "register",
  summary: "Make an account",
  tags: ["auth"],
  middleware,
  request: body(credentialsSchema),
  responses: { 201: loggedIn, ...problemAnswers(...OPEN_PROBLEMS, "conflict") },
});

export const loginRoute = createRoute({
  method: "post",
  path: "/login",
  operationId: "login",
  summary: "Log in",
  tags: ["auth"],
  middleware,
  request: body(credentialsSchema),
  responses: { 200: loggedIn, ...problemAnswers(...OPEN_PROBLEMS), 401: NOT_LOGGED_IN },
});

export const secondStepRoute = createRoute({
  method: "post",
  path: "/login/second-factor",
  operationId: "loginSecondFactor",
  summary: "Finish a login with a code",
  tags: ["auth"],
  middleware,
  request: body(secondStepSchema),
  responses: { 200: loggedIn, ...problemAnswers(...OPEN_PROBLEMS, "wrong-credentials") },
});

export const passkeyLoginOptionsRoute = createRoute({
  method: "post",
  path: "/login/passkey/options",
  operationId: "beginPasskeyLogin",
  summary: "Begin the second step of a login with a passkey",
  tags: ["auth"],
  middleware,
  request: body(passkeyChallengeSchema),
  responses: {
    200: answer("For the browser.", passkeyOptionsSchema),
    ...problemAnswers(...OPEN_PROBLEMS, "wrong-credentials"),
  },
});

export const passkeyLoginRoute = createRoute({
  method: "post",
  path: "/login/passkey",
  operationId: "passkeyLogin",
  summary: "Finish a login with a passkey",
  tags: ["auth"],
  middleware,
  request: body(passkeyLoginSchema),
  responses: { 200: loggedIn, ...problemAnswers(...OPEN_PROBLEMS, "wrong-credentials") },
});

export const refreshRoute = createRoute({
  method: "post",
  path: "/refresh",
  operationId: "refresh",
  summary: "Get a new access token",
  description: "A refresh token that comes a second time has been stolen by someone: the session ends.",
  tags: ["auth"],
  middleware,
  request: body(refreshSchema),
  responses: { 200: loggedIn, ...problemAnswers(...OPEN_PROBLEMS, "wrong-credentials") },
});

export const logoutRoute = createRoute({
  method: "post",
  path: "/logout",
  operationId: "logout",
  summary: "End the session",
  description: "Access tokens of the session are refused from now on.",
  tags: ["auth"],
  middleware,
  request: body(refreshSchema),
  responses: {
    204: { description: "The session has ended." },
    ...problemAnswers(...OPEN_PROBLEMS, "wrong-credentials"),
  },
});
