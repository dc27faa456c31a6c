import type { OpenAPIHono } from "@hono/zod-openapi";
import { auditRoute } from "@purrimeter/auth-api/audit";
import { actorKindOf } from "@purrimeter/audit/actor-kind";
import type { RowProof } from "@purrimeter/audit/prove-row";
import { MAX_PROVED_EVENTS } from "@purrimeter/auth-api/limits";
import { trailRowsRoute, type trailRowsSchema } from "@purrimeter/auth-api/trail";
import type { z } from "zod";
import type { AuditRow } from "./audit-trail.ts";
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
  addRows(app, service);
  addActs(app, service);
}

function addRows(app: OpenAPIHono<AppEnvironment>, { accounts, audit, ...guards }: Parts): void {
  app.openapi(guarded(guards, trailRowsRoute), async (context) => {
    const { account: id, sid: session } = context.var.bearer;
    const { view, proof, ...query } = context.req.valid("query");
    const name = audit.nameOf(id);
    if (view === "all" && (await accounts.findById(id))?.roles.includes("auditor") !== true)
      return problem("forbidden", "Only auditors may read what is not their own.");
    const size = audit.size();
    if (view === "own" && name === undefined) return context.json({ items: [], size }, 200);
    const rows = await audit.read(view === "own" ? { ...query, own: name } : query);
    const proofs = proof ? audit.prove(rows.slice(0, MAX_PROVED_EVENTS + 1).map(({ number }) => number)) : [];
    if (view === "all") audit.record({ event: "audit.read", account: id, session });
    const items = rows.map((row, i) => withProof(row, proofs[i]));
    return context.json({ items, size, ...(name !== undefined && { name }) }, 200);
  });
}

function withProof(
  row: AuditRow,
  proof: RowProof | undefined,
): z.infer<typeof trailRowsSchema>["items"][number] {
  const told = { ...row, by: actorKindOf(row) };
  return proof === undefined ? told : { ...told, proof: { ...proof, hashes: [...proof.hashes] } };
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
