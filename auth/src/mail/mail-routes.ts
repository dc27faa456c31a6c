import { createRoute, z } from "@hono/zod-openapi";
import { mailSchema, passwordSchema } from "../http/credentials-schema.ts";
import { problemResponses } from "../http/problem-responses.ts";

const security = [{ bearer: [] }];
const tokenSchema = z.string().min(1).max(256);
const json = <Schema extends z.ZodType>(schema: Schema) => ({ "application/json": { schema } });
const body = <Schema extends z.ZodType>(schema: Schema) => ({
  body: { required: true as const, content: json(schema) },
});

/** Sends the verification mail again. */
export const sendVerificationRoute = createRoute({
  method: "post",
  path: "/mail/verification",
  operationId: "sendVerification",
  summary: "Get the mail that verifies your address once more",
  security,
  responses: { 202: { description: "It is on its way" }, ...problemResponses(401, 403, 429) },
});

/** Verifies an address by the token of the mail. */
export const verifyMailRoute = createRoute({
  method: "post",
  path: "/mail/verify",
  operationId: "verifyMail",
  summary: "Verify a mail address",
  request: body(z.strictObject({ token: tokenSchema })),
  responses: { 204: { description: "Verified" }, ...problemResponses(400, 429) },
});

/** Asks for a reset. The answer is the same whether the address has an account or not. */
export const requestResetRoute = createRoute({
  method: "post",
  path: "/password/reset-request",
  operationId: "requestReset",
  summary: "Get a mail to reset your password",
  request: body(z.strictObject({ email: mailSchema })),
  responses: {
    202: { description: "If there is such an account, a mail is on its way" },
    ...problemResponses(400, 429),
  },
});

/** Sets a new password by the token of the mail. */
export const resetPasswordRoute = createRoute({
  method: "post",
  path: "/password/reset",
  operationId: "resetPassword",
  summary: "Set a new password; all your sessions end",
  request: body(
    z.strictObject({
      token: tokenSchema,
      password: passwordSchema,
      code: z.string().max(64).optional().openapi({ description: "Where the account has a second factor." }),
    }),
  ),
  responses: { 204: { description: "Set" }, ...problemResponses(400, 401, 429, 503) },
});

/** What the account says of itself. */
export const accountRoute = createRoute({
  method: "get",
  path: "/account",
  operationId: "account",
  summary: "Your account",
  security,
  responses: {
    200: {
      description: "The account",
      content: json(
        z.strictObject({
          id: z.string(),
          email: z.string(),
          mailVerified: z.boolean(),
          roles: z.array(z.string()),
        }),
      ),
    },
    ...problemResponses(401, 403),
  },
});
