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
    actor: z
      .string()
      .openapi({ description: "Pseudonym of the account that did it; empty when that is not known." }),
    account: z
      .string()
      .openapi({ description: "Pseudonym of the account that it is about; empty for none." }),
    subject: z.string().openapi({ description: "Session, token or tag that it is about." }),
    network: z.string().openapi({ description: "Keyed hash: equal ones can be seen, none can be read." }),
    count: z.number().int(),
    leaf: z.string().openapi({ description: "Hash of the row in the trail's tree, base64." }),
  })
  .openapi("AuditEvent");

const auditSchema = z
  .object({
    items: z.array(eventSchema),
    next: z.number().int().nullable().openapi({ description: "Ask with it as `after`; null at the end." }),
  })
  .openapi("AuditTrail");

/** For auditors: the trail of accounts. It names pseudonyms only. */
export const auditRoute = createRoute({
  method: "get",
  path: "/audit",
  operationId: "readAudit",
  summary: "What happened to accounts, oldest first",
  description: "For auditors. Accounts are pseudonyms that lead to nobody once the account is erased.",
  tags: TAGS,
  security: BEARER_SECURITY,
  request: { query: querySchema },
  responses: {
    200: answer("Events.", auditSchema),
    ...problemAnswers(...SESSION_PROBLEMS, "invalid-request"),
  },
});
