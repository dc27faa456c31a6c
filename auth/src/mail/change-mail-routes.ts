import { createRoute, z } from "@hono/zod-openapi";
import { mailSchema, ownerProofSchema } from "../http/credentials-schema.ts";
import { problemResponses } from "../http/problem-responses.ts";

const body = <Schema extends z.ZodType>(schema: Schema) => ({
  body: { required: true as const, content: { "application/json": { schema } } },
});

/** Asks for another mail address. The answer is the same whether the address has an account or not. */
export const changeMailRoute = createRoute({
  method: "post",
  path: "/mail/change",
  operationId: "changeMail",
  summary: "Get a mail to your new address, whose link makes it your account's",
  security: [{ bearer: [] }],
  request: body(ownerProofSchema.extend({ email: mailSchema }).openapi("MailChange")),
  responses: {
    202: { description: "A mail is on its way to the new address" },
    ...problemResponses(400, 401, 403, 429, 503),
  },
});

/** Makes the new address the account's by the token of the mail. */
export const confirmMailRoute = createRoute({
  method: "post",
  path: "/mail/change/confirm",
  operationId: "confirmMail",
  summary: "Make the new mail address your account's",
  request: body(z.strictObject({ token: z.string().min(1).max(256) })),
  responses: { 204: { description: "It is" }, ...problemResponses(400, 429) },
});
