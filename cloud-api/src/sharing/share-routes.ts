import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { MAX_SHARES } from "@purrimeter/store/share";
import type { ShareDraft, ShareId } from "@purrimeter/store/share";
import { onInvalid } from "@purrimeter/service/on-invalid";
import { BEARER_SECURITY, BODY_PROBLEMS, OWNER_PROBLEMS, problemAnswers } from "../edge/answers.ts";
import type { Dependencies, Env } from "../dependencies.ts";
import { heldShareParamsSchema, orNotFound, notFound, tagParamsSchema } from "../lists/or-not-found.ts";
import { listQuerySchema } from "../lists/list-query.ts";
import { pageOfList } from "../lists/page-of-list.ts";
import { refuse } from "../edge/problem.ts";
import { readJsonBody } from "../edge/read-json-body.ts";
import {
  codeSchema,
  heldShareBody,
  heldShareSchema,
  invitedSchema,
  inviteSchema,
  shareBody,
  shareChangeSchema,
  shareSchema,
} from "./share-schema.ts";
import { clockNotTrusted } from "../tags/clock-not-trusted.ts";
import { wrongCode } from "../tags/wrong-code.ts";

const MAX_BODY_BYTES = 4_096;

/** Until the owner says whom they mean. */
const UNNAMED = "Viewer";

/** The code stands in the fragment, which no server and no log ever sees. */
const LINK = "/share#";

function json<Schema extends z.ZodType>(schema: Schema) {
  return { content: { "application/json": { schema } } };
}

const listRoute = createRoute({
  method: "get",
  path: "/tags/{id}/shares",
  operationId: "listShares",
  summary: "Who may look at your tag",
  description: "Viewers, and invitations that can still be accepted.",
  tags: ["shares"],
  security: BEARER_SECURITY,
  request: { params: tagParamsSchema, query: listQuerySchema },
  responses: {
    200: {
      description: "Shares, by id.",
      ...json(
        z.strictObject({ items: z.array(shareSchema), next: z.string().nullable() }).openapi("ShareList"),
      ),
    },
    ...problemAnswers(...OWNER_PROBLEMS, "invalid-request", "invalid-cursor", "not-found"),
  },
});

const inviteRoute = createRoute({
  method: "post",
  path: "/tags/{id}/shares",
  operationId: "inviteViewer",
  summary: "Let somebody look at your tag",
  description:
    "Gives a code for one use that expires after seven days. A viewer reads the latest location, the live stream and, with history, locations from historyFrom on; never geofences or events, for they say where home is. With alerts the viewer is also told, and with commands gives the tag commands; without these a viewer changes nothing, and shares nothing further.",
  tags: ["shares"],
  security: BEARER_SECURITY,
  middleware: readJsonBody(MAX_BODY_BYTES),
  request: { params: tagParamsSchema, body: { required: true, ...json(inviteSchema) } },
  responses: {
    201: { description: "The invitation.", ...json(invitedSchema) },
    ...problemAnswers(...OWNER_PROBLEMS, ...BODY_PROBLEMS, "not-found", "conflict"),
  },
});

const shareParamsSchema = tagParamsSchema.extend({
  share: z
    .string()
    .openapi({ param: { name: "share", in: "path" } })
    .transform((id) => id as ShareId),
});

const changeRoute = createRoute({
  method: "patch",
  path: "/tags/{id}/shares/{share}",
  operationId: "changeShare",
  summary: "Change what a viewer may do besides looking",
  description:
    "At once: who may no longer be told is sent nothing more of the tag, and no longer sees what they were told.",
  tags: ["shares"],
  security: BEARER_SECURITY,
  middleware: readJsonBody(MAX_BODY_BYTES),
  request: { params: shareParamsSchema, body: { required: true, ...json(shareChangeSchema) } },
  responses: {
    200: { description: "The share as it is now.", ...json(shareSchema) },
    ...problemAnswers(...OWNER_PROBLEMS, ...BODY_PROBLEMS, "not-found"),
  },
});

const removeRoute = createRoute({
  method: "delete",
  path: "/tags/{id}/shares/{share}",
  operationId: "removeShare",
  summary: "Take a viewer's right, or withdraw an invitation",
  description: "At once: open live streams end within a second.",
  tags: ["shares"],
  security: BEARER_SECURITY,
  request: { params: shareParamsSchema },
  responses: { 204: { description: "It is gone." }, ...problemAnswers(...OWNER_PROBLEMS, "not-found") },
});

const heldRoute = createRoute({
  method: "get",
  path: "/shares",
  operationId: "listHeldShares",
  summary: "Tags that others let you look at",
  tags: ["shares"],
  security: BEARER_SECURITY,
  request: { query: listQuerySchema },
  responses: {
    200: {
      description: "Shares that you hold, by id.",
      ...json(
        z
          .strictObject({ items: z.array(heldShareSchema), next: z.string().nullable() })
          .openapi("HeldShareList"),
      ),
    },
    ...problemAnswers(...OWNER_PROBLEMS, "invalid-request", "invalid-cursor"),
  },
});

const acceptRoute = createRoute({
  method: "post",
  path: "/shares/accept",
  operationId: "acceptShare",
  summary: "Accept an invitation",
  description: "A second share of the same tag replaces the first.",
  tags: ["shares"],
  security: BEARER_SECURITY,
  middleware: readJsonBody(MAX_BODY_BYTES),
  request: { body: { required: true, ...json(codeSchema) } },
  responses: {
    201: { description: "You may look.", ...json(heldShareSchema) },
    ...problemAnswers(...OWNER_PROBLEMS, ...BODY_PROBLEMS, "mail-not-verified"),
  },
});

const leaveRoute = createRoute({
  method: "delete",
  path: "/shares/{id}",
  operationId: "leaveShare",
  summary: "Stop looking at somebody's tag",
  tags: ["shares"],
  security: BEARER_SECURITY,
  request: { params: heldShareParamsSchema },
  responses: { 204: { description: "It is gone." }, ...problemAnswers(...OWNER_PROBLEMS, "not-found") },
});

/** What the body means at that moment; throws a problem for times that make no share. */
function draftOf(body: z.infer<typeof inviteSchema>, now: number): ShareDraft {
  const { kind, name = UNNAMED, endsAt, historyFrom, alerts, commands } = body;
  if (endsAt !== undefined && endsAt <= now) throw invalid("endsAt", "endsAt is not in the future.");
  if (historyFrom !== undefined && kind === "live")
    throw invalid("historyFrom", "A live share has no history.");
  return { kind, name, endsAt, historyFrom, rights: { alerts, commands } };
}

function invalid(field: string, message: string): Error {
  return refuse("invalid-request", message, [{ field, message }]);
}

function tooManyShares(): Error {
  const message = `A tag has at most ${MAX_SHARES} viewers and invitations.`;
  return refuse("conflict", message, [{ field: "body", message, limit: MAX_SHARES }]);
}

const REFUSALS = {
  "not-found": notFound,
  "too-many-shares": tooManyShares,
  "clock-not-trusted": clockNotTrusted,
} as const;

/** /v1/tags/{id}/shares and /v1/shares. */
export function shareRoutes(deps: Dependencies) {
  return new OpenAPIHono<Env>({ defaultHook: onInvalid })
    .openapi(listRoute, async (c) => {
      const { id } = c.req.valid("param");
      const shares = orNotFound(await c.get("view").shares(id));
      const scope = { route: "shares", owner: c.get("owner"), tag: id };
      const page = pageOfList(shares, c.req.valid("query"), deps.cursors, scope);
      return c.json({ items: page.items.map(shareBody), next: page.next }, 200);
    })
    .openapi(inviteRoute, async (c) => {
      const draft = draftOf(c.req.valid("json"), deps.now());
      const { id } = c.req.valid("param");
      const outcome = await c.get("view").inviteViewer(id, draft);
      if (outcome.kind === "refused") throw REFUSALS[outcome.reason]();
      const { share, code } = outcome;
      deps.logAct("share.invited", id);
      return c.json({ share: shareBody(share), code, link: `${LINK}${code}` }, 201);
    })
    .openapi(changeRoute, async (c) => {
      const { id, share } = c.req.valid("param");
      const changed = orNotFound(await c.get("view").changeShare(id, share, c.req.valid("json")));
      deps.logAct("share.changed", id);
      return c.json(shareBody(changed), 200);
    })
    .openapi(removeRoute, async (c) => {
      const { id, share } = c.req.valid("param");
      orNotFound(await c.get("view").removeShare(id, share));
      deps.logAct("share.removed", id);
      return c.body(null, 204);
    })
    .openapi(heldRoute, async (c) => {
      const shares = await deps.forViewer(c.get("owner")).heldShares();
      const scope = { route: "held-shares", owner: c.get("owner") };
      const page = pageOfList(shares, c.req.valid("query"), deps.cursors, scope);
      return c.json({ items: page.items.map(heldShareBody), next: page.next }, 200);
    })
    .openapi(acceptRoute, async (c) => {
      const { code } = c.req.valid("json");
      const share = await deps.forViewer(c.get("owner")).acceptShare(code);
      if (share === "wrong-code") throw wrongCode(deps, c, code);
      if (share === "clock-not-trusted") throw clockNotTrusted();
      deps.logAct("share.accepted", share.tag.id);
      return c.json(heldShareBody(share), 201);
    })
    .openapi(leaveRoute, async (c) => {
      orNotFound(await deps.forViewer(c.get("owner")).leaveShare(c.req.valid("param").id));
      deps.logAct("share.left");
      return c.body(null, 204);
    });
}
