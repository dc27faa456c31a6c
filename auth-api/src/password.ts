import { createRoute, z } from "@hono/zod-openapi";
import { codeSchema, mailSchema, mailTokenSchema, passwordSchema } from "./fields.ts";
import { notLoggedIn, OPEN_PROBLEMS, problemAnswers, SESSION_BODY_PROBLEMS } from "./problem-answers.ts";
import { BEARER_SECURITY, body, TAGS } from "./route-parts.ts";

const changeSchema = z
  .strictObject({ password: passwordSchema, newPassword: passwordSchema })
  .openapi("PasswordChange");

const requestSchema = z.strictObject({ email: mailSchema }).openapi("ResetRequest");

const resetSchema = z
  .strictObject({ token: mailTokenSchema, password: passwordSchema, code: codeSchema.optional() })
  .openapi("PasswordReset");

/** Replaces the password, which is asked for once more, and ends all other sessions. */
export const changePasswordRoute = createRoute({
  method: "post",
  path: "/password",
  operationId: "changePassword",
  summary: "Change your password; your other sessions end",
  tags: TAGS,
  security: BEARER_SECURITY,
  request: body(changeSchema),
  responses: { 204: { description: "It is changed." }, ...problemAnswers(...SESSION_BODY_PROBLEMS) },
});

/** Asks for a reset. The answer is the same whether the address has an account or not. */
export const requestResetRoute = createRoute({
  method: "post",
  path: "/password/reset-request",
  operationId: "requestReset",
  summary: "Get a mail to reset your password",
  tags: TAGS,
  request: body(requestSchema),
  responses: {
    202: { description: "If there is such an account, a mail is on its way." },
    ...problemAnswers(...OPEN_PROBLEMS),
  },
});

/** Sets a new password by the token of the mail. */
export const resetPasswordRoute = createRoute({
  method: "post",
  path: "/password/reset",
  operationId: "resetPassword",
  summary: "Set a new password; all your sessions and personal tokens end",
  tags: TAGS,
  request: body(resetSchema),
  responses: {
    204: { description: "It is set." },
    ...problemAnswers(...OPEN_PROBLEMS),
    401: notLoggedIn(),
  },
});
