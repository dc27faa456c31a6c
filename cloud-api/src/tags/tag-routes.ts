import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { TagId } from "@purrimeter/protocol/values";
import type { OwnedTag } from "@purrimeter/store/owned-tag";
import type { OwnerView } from "@purrimeter/store/owner-view";
import { onInvalid } from "@purrimeter/service/on-invalid";
import { BEARER_SECURITY, BODY_PROBLEMS, OWNER_PROBLEMS, problemAnswers } from "../edge/answers.ts";
import type { Dependencies, Env } from "../dependencies.ts";
import { orNotFound, tagParamsSchema } from "../lists/or-not-found.ts";
import { listQuerySchema } from "../lists/list-query.ts";
import { rfc3339 } from "../lists/rfc3339.ts";
import { idAfter, nextById } from "../lists/page-position.ts";
import { readJsonBody } from "../edge/read-json-body.ts";
import { stateBody } from "./state-body.ts";
import { clockNotTrusted } from "./clock-not-trusted.ts";
import { wrongCode } from "./wrong-code.ts";
import { claimSchema, tagChangeSchema, tagSchema } from "./tag-schema.ts";

/** A name or a code. */
const MAX_BODY_BYTES = 4_096;

/** Until its owner names it. */
const FIRST_NAME = "Cat";

const UNREADABLE = { unreadable: true } as const;

const tagAnswer = (description: string) => ({
  description,
  content: { "application/json": { schema: tagSchema } },
});

const listRoute = createRoute({
  method: "get",
  path: "/tags",
  operationId: "listTags",
  summary: "Your tags",
  tags: ["tags"],
  security: BEARER_SECURITY,
  request: { query: listQuerySchema },
  responses: {
    200: {
      description: "Your tags, by id.",
      content: {
        "application/json": {
          schema: z
            .strictObject({ items: z.array(tagSchema), next: z.string().nullable() })
            .openapi("TagList"),
        },
      },
    },
    ...problemAnswers(...OWNER_PROBLEMS, "invalid-request", "invalid-cursor"),
  },
});

const claimRoute = createRoute({
  method: "post",
  path: "/tags/claim",
  operationId: "claimTag",
  summary: "Claim a tag",
  description: "A claim code works once. What the tag recorded for a former owner stays theirs.",
  tags: ["tags"],
  security: BEARER_SECURITY,
  middleware: readJsonBody(MAX_BODY_BYTES),
  request: { body: { required: true, content: { "application/json": { schema: claimSchema } } } },
  responses: {
    201: tagAnswer("The tag is yours."),
    ...problemAnswers(...OWNER_PROBLEMS, ...BODY_PROBLEMS, "mail-not-verified"),
  },
});

const readRoute = createRoute({
  method: "get",
  path: "/tags/{id}",
  operationId: "readTag",
  summary: "One tag",
  tags: ["tags"],
  security: BEARER_SECURITY,
  request: { params: tagParamsSchema },
  responses: { 200: tagAnswer("The tag."), ...problemAnswers(...OWNER_PROBLEMS, "not-found") },
});

const changeRoute = createRoute({
  method: "patch",
  path: "/tags/{id}",
  operationId: "changeTag",
  summary: "Change a tag's name, its step of detection or its pace",
  description:
    "Detection and pace are parts of the tag's settings: the tag has them when `settings.reported` is `settings.wanted`.",
  tags: ["tags"],
  security: BEARER_SECURITY,
  middleware: readJsonBody(MAX_BODY_BYTES),
  request: {
    params: tagParamsSchema,
    body: { required: true, content: { "application/json": { schema: tagChangeSchema } } },
  },
  responses: {
    200: tagAnswer("The tag as it is now."),
    ...problemAnswers(...OWNER_PROBLEMS, ...BODY_PROBLEMS, "not-found"),
  },
});

const giveUpRoute = createRoute({
  method: "delete",
  path: "/tags/{id}",
  operationId: "giveUpTag",
  summary: "Give a tag up",
  description:
    "Deletes all that it recorded while it was yours; this cannot be undone. Shares end. Its next owner needs a new claim code.",
  tags: ["tags"],
  security: BEARER_SECURITY,
  request: { params: tagParamsSchema },
  responses: {
    204: { description: "The tag is nobody's." },
    ...problemAnswers(...OWNER_PROBLEMS, "not-found"),
  },
});

/** How long a warning is shown after what it warns of was seen last. */
const WARN_S = 7 * 86_400;

function warningsOf(
  { manySessionsAt: at }: OwnedTag,
  now: number,
): Pick<z.infer<typeof tagSchema>, "warnings"> {
  if (at === undefined || now - at > WARN_S) return {};
  return { warnings: [{ kind: "many-sessions", at: rfc3339(at) }] };
}

function tagBody(tag: OwnedTag, now: number): z.infer<typeof tagSchema> {
  return {
    id: tag.id,
    name: tag.name ?? null,
    ...(tag.name === undefined && UNREADABLE),
    ...stateBody(tag),
    ...warningsOf(tag, now),
    detection: tag.detection,
    ...tag.pace,
    lost: tag.isLost,
  };
}

async function changed(
  view: OwnerView,
  id: TagId,
  { name, detection, ...pace }: z.infer<typeof tagChangeSchema>,
): Promise<OwnedTag> {
  if (name !== undefined) orNotFound(await view.renameTag(id, name));
  if (detection !== undefined) orNotFound(await view.setDetection(id, detection));
  if (Object.keys(pace).length > 0) orNotFound(await view.setPace(id, pace));
  return orNotFound(await view.tag(id));
}

/** /v1/tags, /v1/tags/{id} and /v1/tags/claim. */
export function tagRoutes(deps: Dependencies) {
  const bodyOf = (tag: OwnedTag): z.infer<typeof tagSchema> => tagBody(tag, deps.now());
  return new OpenAPIHono<Env>({ defaultHook: onInvalid })
    .openapi(listRoute, async (c) => {
      const { cursor, limit } = c.req.valid("query");
      const scope = { route: "tags", owner: c.get("owner") };
      const page = await c.get("view").tags({ after: idAfter<TagId>(cursor, deps.cursors, scope), limit });
      return c.json({ items: page.items.map(bodyOf), next: nextById(page.next, deps.cursors, scope) }, 200);
    })
    .openapi(claimRoute, async (c) => {
      const { code, name } = c.req.valid("json");
      const tag = await c.get("view").claim(code, name ?? FIRST_NAME);
      if (tag === "wrong-code") throw wrongCode(deps, c, code);
      if (tag === "clock-not-trusted") throw clockNotTrusted();
      deps.logAct("tag.claimed", tag.id);
      return c.json(bodyOf(tag), 201, { Location: `/v1/tags/${tag.id}` });
    })
    .openapi(readRoute, async (c) =>
      c.json(bodyOf(orNotFound(await c.get("view").tag(c.req.valid("param").id))), 200),
    )
    .openapi(changeRoute, async (c) =>
      c.json(bodyOf(await changed(c.get("view"), c.req.valid("param").id, c.req.valid("json"))), 200),
    )
    .openapi(giveUpRoute, async (c) => {
      const { id } = c.req.valid("param");
      orNotFound(await c.get("view").eraseTag(id));
      deps.logAct("tag.given-up", id);
      deps.alarms.observe({ event: "tag.given-up", account: c.get("owner"), tag: id });
      return c.body(null, 204);
    });
}
