import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { MAX_PROVED_EVENTS } from "@purrimeter/auth-api/limits";
import { trailRowsRoute, trailRowsSchema } from "@purrimeter/auth-api/trail";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { onInvalid } from "@purrimeter/service/on-invalid";
import type { TrailViewRow } from "@purrimeter/store/trail-view";
import type { Context } from "hono";
import type { z } from "zod";
import type { Dependencies, Env } from "../dependencies.ts";
import { accessTokenOf } from "../edge/access-token-of.ts";
import { BEARER_SECURITY, OWNER_PROBLEMS, problemAnswers } from "../edge/answers.ts";
import { declaredAnswer } from "../edge/declared-answer.ts";
import { refuse } from "../edge/problem.ts";
import { rfc3339 } from "../lists/rfc3339.ts";
import { auditCursor, auditPosition, type AuditPosition, type TreePosition } from "./audit-position.ts";
import { auditListSchema, auditQuerySchema, type AuditEntry, type AuditQuery } from "./audit-schema.ts";
import { mergeRows } from "./merge-rows.ts";

const DESCRIPTION = `What was done to your account and your tags, by whom, and who looked at them, ascending in time. Accounts are
pseudonyms, other ones in each of the two trails; no name, no address and no place is in them. Your own reads of a tag are told
once an hour, with their count when the hour is over; those of others are told each, up to sixty an hour. Each event is a
leaf of a signed tree of hashes. Events are kept for 400 days.`;

const auditRoute = createRoute({
  method: "get",
  path: "/audit",
  operationId: "listAuditEntries",
  summary: "Who did what, and who looked",
  description: DESCRIPTION,
  tags: ["audit"],
  security: BEARER_SECURITY,
  request: { query: auditQuerySchema },
  responses: {
    200: { description: "Events.", content: { "application/json": { schema: auditListSchema } } },
    ...problemAnswers(...OWNER_PROBLEMS, "invalid-request", "invalid-cursor"),
  },
});

type AccountRows = z.infer<typeof trailRowsSchema>;

/** A row with its tree, and whether who asks did it. */
type Row = (AccountRows["items"][number] | TrailViewRow) & {
  readonly tree: AuditEntry["tree"];
  readonly byYou: boolean;
};

/** What of a tree comes next. */
interface TreeRows {
  readonly rows: readonly Row[];
  readonly through: number;
}

/** Asks the authentication service, which also says whether the account is an auditor's, and records that it reads. */
async function accountRows(
  { auth }: Dependencies,
  context: Context<Env>,
  query: AuditQuery,
  { after, through }: TreePosition,
  limit: number,
): Promise<TreeRows> {
  const { view, event, tagId: subject, by, from, to, proof } = query;
  const asked = { view, after, through, limit, proof, event, subject, by, from, to };
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(asked)) if (value !== undefined) search.set(name, String(value));
  const answer = await auth.call({
    ...{ method: "GET", path: `${trailRowsRoute.path}?${search.toString()}` },
    ...{ accessToken: accessTokenOf(context) ?? "", clientAddress: context.get("clientAddress") },
  });
  const { status, body } = declaredAnswer(trailRowsRoute, answer);
  if (status === 401) throw refuse("unauthenticated", "The session has ended. Log in.");
  if (status !== 200) throw refuse("forbidden", "Only auditors may read what is not their own.");
  const { items, name, size } = trailRowsSchema.parse(body);
  return {
    rows: items.map((row) => ({ ...row, tree: "accounts", byYou: name !== undefined && row.actor === name })),
    through: through ?? size,
  };
}

function locationRows(
  { trail }: Dependencies,
  owner: string,
  { view, event, tagId: subject, by, from, to }: AuditQuery,
  { after, through = trail.size() }: TreePosition,
  limit: number,
): TreeRows {
  const own = trail.nameOf(owner);
  if (view === "own" && own === undefined) return { rows: [], through };
  const query = { after, through, limit, event, subject, by, from, to };
  const rows = trail.read(view === "own" ? { ...query, own } : query);
  return {
    rows: rows.map((row) => ({ ...row, tree: "locations", byYou: own !== undefined && row.actor === own })),
    through,
  };
}

/** Where the list goes on after the rows of a page. */
function after(rows: readonly Row[], tree: Row["tree"], position: TreePosition): number {
  return rows.findLast((row) => row.tree === tree)?.number ?? position.after;
}

function entryOf({ trail }: Dependencies, owner: string, row: Row, isProved: boolean): AuditEntry {
  const { tree, number, at, event, by, actor, account, subject, network, count, leaf, byYou } = row;
  const share = tree === "locations" && by === "other" ? trail.shareOf(actor, owner, subject) : undefined;
  const proof = !isProved || tree === "accounts" ? undefined : trail.prove([number])[0];
  const own = "proof" in row ? row.proof : undefined;
  return {
    ...{ tree, number, at: rfc3339(at as UnixSeconds), event, by, byYou },
    ...{ actor: actor || null, account: account || null, subject: subject || null, share: share ?? null },
    ...{ network: network || null, count: count || null, leaf },
    ...(proof && { proof: { ...proof, hashes: [...proof.hashes] } }),
    ...(own && { proof: own }),
  };
}

/** /v1/audit. */
export function auditRoutes(deps: Dependencies) {
  return new OpenAPIHono<Env>({ defaultHook: onInvalid }).openapi(auditRoute, async (c) => {
    const query = c.req.valid("query");
    const owner = c.get("owner");
    const scope = { route: "audit", owner };
    const position: AuditPosition = auditPosition(query, deps.cursors, scope);
    const isProved = query.proof === "true";
    const limit = isProved ? Math.min(query.limit, MAX_PROVED_EVENTS) : query.limit;
    // One more of each tells whether there is another page.
    const accounts = await accountRows(deps, c, query, position.accounts, limit + 1);
    const locations = locationRows(deps, owner, query, position.locations, limit + 1);
    const rows = mergeRows(accounts.rows, locations.rows, limit);
    const next = {
      accounts: { after: after(rows, "accounts", position.accounts), through: accounts.through },
      locations: { after: after(rows, "locations", position.locations), through: locations.through },
    };
    const isLast = accounts.rows.length + locations.rows.length <= limit;
    const items = rows.map((row) => entryOf(deps, owner, row, isProved));
    return c.json({ items, next: isLast ? null : auditCursor(next, query, deps.cursors, scope) }, 200);
  });
}
