import { createRoute, z } from "@hono/zod-openapi";
import { problemResponses } from "../http/problem-responses.ts";

const MAX_LIMIT = 1_000;

const eventSchema = z
  .strictObject({
    number: z.int(),
    at: z.int().openapi({ description: "Seconds of UTC." }),
    event: z.string(),
    account: z.string().openapi({ description: "Id, or empty for an unknown address." }),
    session: z.string(),
    network: z.string().openapi({ description: "Keyed hash: equal ones can be seen, none be read." }),
    previous: z.string(),
    hash: z.string(),
  })
  .openapi("AuditEvent");

/** For auditors: the trail as it is stored, so that they can check the chain themselves. */
export const auditRoute = createRoute({
  method: "get",
  path: "/audit",
  operationId: "auditTrail",
  summary: "What happened to accounts, oldest first",
  security: [{ bearer: [] }],
  request: {
    query: z.strictObject({
      after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
      limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(100),
    }),
  },
  responses: {
    200: {
      description: "Events",
      content: {
        "application/json": {
          schema: z.strictObject({ items: z.array(eventSchema), next: z.int().nullable() }),
        },
      },
    },
    ...problemResponses(400, 401, 403),
  },
});
