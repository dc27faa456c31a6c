import type { OpenAPIHono } from "@hono/zod-openapi";
import { auditRoute } from "@purrimeter/auth-api/audit";
import { recordActRoute } from "@purrimeter/auth-api/internal";
import type { AppEnvironment } from "../http/app-environment.ts";
import type { AuthService } from "../auth-service.ts";
import { guarded } from "../http/guarded.ts";
import { problem } from "../http/problem.ts";

/** Events in an answer unless the request says otherwise. */
const DEFAULT_LIMIT = 100;

type Parts = Pick<AuthService, "accounts" | "audit" | "sessions" | "tokens">;

/** Adds reading the trail, and recording what operators do. The role is looked up, not taken from the token. */
export function addAuditEndpoint(app: OpenAPIHono<AppEnvironment>, service: Parts): void {
  addReading(app, service);
  addActs(app, service);
}

function addActs(app: OpenAPIHono<AppEnvironment>, service: Parts): void {
  app.openapi(guarded(service, recordActRoute), async (context) => {
    const { account: id } = context.var.bearer;
    const account = await service.accounts.findById(id);
    if (!account?.roles.includes("operator")) return problem("forbidden", "Only operators may do this.");
    const { act: event, tag: session } = context.req.valid("json");
    service.audit.record({ event, account: id, session, network: context.var.address });
    if (!(await service.audit.flush())) return problem("unavailable", "The audit trail cannot be written.");
    return context.body(null, 204);
  });
}

function addReading(app: OpenAPIHono<AppEnvironment>, service: Parts): void {
  app.openapi(guarded(service, auditRoute), async (context) => {
    const { account: id, sid: session } = context.var.bearer;
    const account = await service.accounts.findById(id);
    if (!account?.roles.includes("auditor"))
      return problem("forbidden", "Only auditors may read the audit trail.");
    const { after = 0, limit = DEFAULT_LIMIT } = context.req.valid("query");
    const items = await service.audit.read({ after, limit });
    service.audit.record({ event: "audit.read", account: id, session });
    return context.json({ items, next: items.length === limit ? (items.at(-1)?.number ?? null) : null }, 200);
  });
}
