import { createRoute } from "@hono/zod-openapi";
import { BEARER_SECURITY, OWNER_PROBLEMS, problemAnswers } from "../answers.ts";
import { body, middleware, NOT_LOGGED_IN, OPEN_PROBLEMS } from "./account-answers.ts";
import { mailTokenSchema, resetRequestSchema, resetSchema } from "./account-schemas.ts";

export const sendVerificationRoute = createRoute({
  method: "post",
  path: "/mail/verification",
  operationId: "sendVerification",
  summary: "Get the mail that verifies your address once more",
  tags: ["auth"],
  security: BEARER_SECURITY,
  responses: { 202: { description: "It is on its way." }, ...problemAnswers(...OWNER_PROBLEMS) },
});

export const verifyMailRoute = createRoute({
  method: "post",
  path: "/mail/verify",
  operationId: "verifyMail",
  summary: "Verify a mail address",
  tags: ["auth"],
  middleware,
  request: body(mailTokenSchema),
  responses: { 204: { description: "It is verified." }, ...problemAnswers(...OPEN_PROBLEMS) },
});

export const requestResetRoute = createRoute({
  method: "post",
  path: "/password/reset-request",
  operationId: "requestReset",
  summary: "Get a mail to reset your password",
  tags: ["auth"],
  middleware,
  request: body(resetRequestSchema),
  responses: {
    202: { description: "If there is such an account, a mail is on its way." },
    ...problemAnswers(...OPEN_PROBLEMS),
  },
});

export const resetPasswordRoute = createRoute({
  method: "post",
  path: "/password/reset",
  operationId: "resetPassword",
  summary: "Set a new password; all your sessions and personal tokens end",
  tags: ["auth"],
  middleware,
  request: body(resetSchema),
  responses: {
    204: { description: "It is set." },
    ...problemAnswers(...OPEN_PROBLEMS),
    401: NOT_LOGGED_IN,
  },
});
