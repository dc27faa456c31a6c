import { createRoute, z } from "@hono/zod-openapi";
import { passwordSchema } from "../http/credentials-schema.ts";
import { problemResponses } from "../http/problem-responses.ts";

/** Replaces the password of who knows it, and ends all other sessions. */
export const changePasswordRoute = createRoute({
  method: "post",
  path: "/password",
  operationId: "changePassword",
  summary: "Change your password; your other sessions end",
  security: [{ bearer: [] }],
  request: {
    body: {
      required: true,
      content: {
        "application/json": {
          schema: z.strictObject({ password: passwordSchema, newPassword: passwordSchema }),
        },
      },
    },
  },
  responses: { 204: { description: "Changed" }, ...problemResponses(400, 401, 403, 429, 503) },
});
