import { createRoute, z } from "@hono/zod-openapi";
import { DEVICE_MARK_ANSWER, deviceMarkHeaders } from "./device-marks.ts";
import { codeSchema, mailSchema, mailTokenSchema, passwordSchema } from "./fields.ts";
import { ownerProofSchema } from "./owner-proof.ts";
import { notLoggedIn, OPEN_PROBLEMS, problemAnswers, SESSION_BODY_PROBLEMS } from "./problem-answers.ts";
import { BEARER_SECURITY, body, TAGS } from "./route-parts.ts";

const changeSchema = ownerProofSchema
  .extend({
    newPassword: passwordSchema,
    endSessions: z.boolean().default(true).openapi({ description: "Whether your other sessions end." }),
    endPersonalTokens: z
      .boolean()
      .default(true)
      .openapi({ description: "Whether your personal access tokens end." }),
  })
  .openapi("PasswordChange");

const requestSchema = z.strictObject({ email: mailSchema }).openapi("ResetRequest");

const resetSchema = z
  .strictObject({ token: mailTokenSchema, password: passwordSchema, code: codeSchema.optional() })
  .openapi("PasswordReset");

/** Replaces the password, after all that a login asks for; other sessions and personal access tokens end unless told otherwise. */
export const changePasswordRoute = createRoute({
  method: "post",
  path: "/password",
  operationId: "changePassword",
  summary:
    "Change your password; your other sessions and personal access tokens end unless you say otherwise",
  tags: TAGS,
  security: BEARER_SECURITY,
  request: body(changeSchema),
  responses: {
    204: { description: "It is changed." },
    ...problemAnswers(...SESSION_BODY_PROBLEMS),
    401: notLoggedIn("unauthenticated"),
  },
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
  description:
    "An account whose address was never verified is replaced: its second factors end as well, and no code is asked for.",
  tags: TAGS,
  request: { headers: deviceMarkHeaders, ...body(resetSchema) },
  responses: {
    204: { description: "It is set.", headers: DEVICE_MARK_ANSWER },
    ...problemAnswers(...OPEN_PROBLEMS),
    401: notLoggedIn(),
  },
});
