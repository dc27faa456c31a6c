import { createRoute, z } from "@hono/zod-openapi";
import { deviceMarkHeaders } from "./device-marks.ts";
import {
  challengeSchema,
  codeSchema,
  deviceSchema,
  languageSchema,
  mailSchema,
  mailTokenSchema,
  passwordSchema,
} from "./fields.ts";
import { MAX_REFRESH_TOKEN_LENGTH } from "./limits.ts";
import { notLoggedIn, OPEN_PROBLEMS, problemAnswers } from "./problem-answers.ts";
import { body, TAGS } from "./route-parts.ts";
import { LOGGED_IN } from "./tokens.ts";

export { tokensSchema } from "./tokens.ts";
export type { Tokens } from "./tokens.ts";

const credentialsSchema = z
  .strictObject({ email: mailSchema, password: passwordSchema, device: deviceSchema })
  .openapi("Credentials");

const registrationSchema = credentialsSchema
  .extend({
    language: languageSchema.optional().openapi({
      description: "Of mails about the account; `en` when left out. PATCH /v1/account changes it.",
    }),
  })
  .openapi("Registration");

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

const linkRequestSchema = z.strictObject({ email: mailSchema }).openapi("LoginLinkRequest");

const linkSchema = z.strictObject({ token: mailTokenSchema, device: deviceSchema }).openapi("LoginLink");

const REGISTRATION = `The answer is the same whether the address has an account or not; the mail says which. A new
account cannot log in before the link in the mail was opened, and ends when nobody opens it within some days.`;

/** Makes an owner's account, if the address has none. The answer is the same in both cases. */
export const registerRoute = createRoute({
  method: "post",
  path: "/register",
  operationId: "register",
  summary: "Make an account",
  description: REGISTRATION,
  tags: TAGS,
  request: body(registrationSchema),
  responses: {
    202: { description: "A mail is on its way to the address." },
    ...problemAnswers(...OPEN_PROBLEMS),
  },
});

/** Begins a session. */
export const loginRoute = createRoute({
  method: "post",
  path: "/login",
  operationId: "login",
  summary: "Log in",
  tags: TAGS,
  request: { headers: deviceMarkHeaders, ...body(credentialsSchema) },
  responses: { 200: LOGGED_IN, ...problemAnswers(...OPEN_PROBLEMS), 401: notLoggedIn() },
});

/** Asks for a link that logs in. The answer is the same whether the address has an account or not. */
export const requestLoginLinkRoute = createRoute({
  method: "post",
  path: "/login/link-request",
  operationId: "requestLoginLink",
  summary: "Get a mail whose link logs you in",
  description: "The way in while wrong passwords of others delay logins to the account.",
  tags: TAGS,
  request: body(linkRequestSchema),
  responses: {
    202: { description: "If there is such an account, a mail is on its way." },
    ...problemAnswers(...OPEN_PROBLEMS),
  },
});

/** Logs in by the token of the mail, in place of a password. */
export const loginLinkRoute = createRoute({
  method: "post",
  path: "/login/link",
  operationId: "loginLink",
  summary: "Log in with the link of a mail",
  description: "The link works once. A second factor is asked for where the account has one.",
  tags: TAGS,
  request: { headers: deviceMarkHeaders, ...body(linkSchema) },
  responses: { 200: LOGGED_IN, ...problemAnswers(...OPEN_PROBLEMS), 401: notLoggedIn() },
});

/** The second step of a login, with a code. */
export const secondStepRoute = createRoute({
  method: "post",
  path: "/login/second-factor",
  operationId: "loginSecondFactor",
  summary: "Finish a login with a code",
  tags: TAGS,
  request: { headers: deviceMarkHeaders, ...body(secondStepSchema) },
  responses: { 200: LOGGED_IN, ...problemAnswers(...OPEN_PROBLEMS, "wrong-credentials") },
});

/**
 * Exchanges a refresh token. The same one brings the same successor for 30 seconds, while that has not been used; after
 * that it ends the session.
 */
export const refreshRoute = createRoute({
  method: "post",
  path: "/refresh",
  operationId: "refresh",
  summary: "Get a new access token",
  description:
    "Asking again within 30 seconds, because an answer was lost, brings the same refresh token. Later, or when the next one was used already, a token that comes again has been stolen by someone: the session ends.",
  tags: TAGS,
  request: { headers: deviceMarkHeaders, ...body(refreshSchema) },
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
