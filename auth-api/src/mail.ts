import { createRoute, z } from "@hono/zod-openapi";
import { DEVICE_MARK_ANSWER, deviceMarkHeaders } from "./device-marks.ts";
import { mailSchema, mailTokenSchema } from "./fields.ts";
import { ownerProofSchema } from "./owner-proof.ts";
import {
  notLoggedIn,
  OPEN_PROBLEMS,
  problemAnswers,
  SESSION_BODY_PROBLEMS,
  SESSION_PROBLEMS,
} from "./problem-answers.ts";
import { BEARER_SECURITY, body, TAGS } from "./route-parts.ts";

const tokenSchema = z.strictObject({ token: mailTokenSchema }).openapi("MailToken");

const changeSchema = ownerProofSchema.extend({ email: mailSchema }).openapi("MailChange");

/** Sends the verification mail again. */
export const sendVerificationRoute = createRoute({
  method: "post",
  path: "/mail/verification",
  operationId: "sendVerification",
  summary: "Get the mail that verifies your address once more",
  tags: TAGS,
  security: BEARER_SECURITY,
  responses: { 202: { description: "It is on its way." }, ...problemAnswers(...SESSION_PROBLEMS) },
});

/** Verifies an address by the token of the mail. */
export const verifyMailRoute = createRoute({
  method: "post",
  path: "/mail/verify",
  operationId: "verifyMail",
  summary: "Verify a mail address",
  tags: TAGS,
  request: { headers: deviceMarkHeaders, ...body(tokenSchema) },
  responses: {
    204: { description: "It is verified.", headers: DEVICE_MARK_ANSWER },
    ...problemAnswers(...OPEN_PROBLEMS),
  },
});

/** Asks for another mail address. */
export const changeMailRoute = createRoute({
  method: "post",
  path: "/mail/change",
  operationId: "changeMail",
  summary: "Get a mail to your new address, whose link makes it your account's",
  description: "The answer is the same whether the address has an account or not. Your sessions go on.",
  tags: TAGS,
  security: BEARER_SECURITY,
  request: body(changeSchema),
  responses: {
    202: { description: "A mail is on its way to the new address." },
    ...problemAnswers(...SESSION_BODY_PROBLEMS),
    401: notLoggedIn("unauthenticated"),
  },
});

/** Makes the new address the account's by the token of the mail. */
export const confirmMailRoute = createRoute({
  method: "post",
  path: "/mail/change/confirm",
  operationId: "confirmMail",
  summary: "Make the new mail address your account's",
  tags: TAGS,
  request: body(tokenSchema),
  responses: { 204: { description: "It is." }, ...problemAnswers(...OPEN_PROBLEMS) },
});
