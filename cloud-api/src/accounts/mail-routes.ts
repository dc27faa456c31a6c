import { createRoute } from "@hono/zod-openapi";
import { BEARER_SECURITY, OWNER_PROBLEMS, problemAnswers } from "../edge/answers.ts";
import { body, middleware, NOT_LOGGED_IN, OPEN_PROBLEMS, SESSION_BODY_PROBLEMS } from "./account-answers.ts";
import { mailChangeSchema, mailTokenSchema, resetRequestSchema, resetSchema } from "./account-schemas.ts";

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

export const changeMailRoute = createRoute({
  method: "post",
  path: "/mail/change",
  operationId: "changeMail",
  summary: "Get a mail to your new address, whose link makes it your account's",
  description: "The answer is the same whether the address has an account or not. Your sessions go on.",
  tags: ["auth"],
  security: BEARER_SECURITY,
  middleware,
  request: body(mailChangeSchema),
  responses: {
    202: { description: "A mail is on its way to the new address." },
    ...problemAnswers(...SESSION_BODY_PROBLEMS),
    401: NOT_LOGGED_IN,
  },
});

export const confirmMailRoute = createRoute({
  method: "post",
  path: "/mail/change/confirm",
  operationId: "confirmMail",
  summary: "Make the new mail address your account's",
  tags: ["auth"],
  middleware,
  request: body(mailTokenSchema),
  responses: { 204: { description: "It is." }, ...problemAnswers(...OPEN_PROBLEMS) },
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
