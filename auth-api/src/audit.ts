import { createRoute, z } from "@hono/zod-openapi";
import { MAX_AUDIT_EVENTS } from "./limits.ts";
import { problemAnswers, SESSION_PROBLEMS } from "./problem-answers.ts";
import { answer, BEARER_SECURITY, TAGS } from "./route-parts.ts";

const querySchema = z.strictObject({
  after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional().openapi({ type: "integer" }),
  limit: z.coerce.number().int().min(1).max(MAX_AUDIT_EVENTS).optional().openapi({ type: "integer" }),
});

const eventSchema = z
  .object({
    number: z.number().int(),
    at: z.number().int().openapi({ description: "Seconds of UTC." }),
    event: z.string(),
    account: z.string().openapi({ description: "Id, or empty for an unknown address." }),
    session: z.string(),
    network: z.string().openapi({ description: "Keyed hash: equal ones can be seen, none can be read." }),
    previous: z.string(),
    hash: z.string(),
  })
  .openapi("AuditEvent");

const auditSchema = z
  .object({
    items: z.array(eventSchema),
    next: z.number().int().nullable().openapi({ description: "Ask with it as `after`; null at the end." }),
  })
  .openapi("AuditTrail");

/** For auditors: the trail as it is stored. */
export const auditRoute = createRoute({
  method: "get",
  path: "/audit",
  operationId: "readAudit",
  summary: "What happened to accounts, oldest first",
  description: "For auditors: the trail as it is stored, so that they can check the chain themselves.",
  tags: TAGS,
  security: BEARER_SECURITY,
  request: { query: querySchema },
  responses: {
    200: answer("Events.", auditSchema),
    ...problemAnswers(...SESSION_PROBLEMS, "invalid-request"),
  },
});
