import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { recordActRoute } from "@purrimeter/auth-api/internal";
import { asTagId, type TagId } from "@purrimeter/protocol/values";
import type { RegisteredTag } from "@purrimeter/store/tag-registry";
import type { Context } from "hono";
import { accessTokenOf } from "../edge/access-token-of.ts";
import { declaredAnswer } from "../edge/declared-answer.ts";
import { refuse } from "../edge/problem.ts";
import { onInvalid } from "@purrimeter/service/on-invalid";
import { BEARER_SECURITY, OWNER_PROBLEMS, problemAnswers } from "../edge/answers.ts";
import type { Dependencies, Env } from "../dependencies.ts";
import { notFound, orNotFound, tagParamsSchema } from "../lists/or-not-found.ts";
import { listQuerySchema } from "../lists/list-query.ts";
import { idAfter, nextById } from "../lists/page-position.ts";
import { renewLostCode } from "./renew-lost-code.ts";
import { rfc3339 } from "../lists/rfc3339.ts";

const registeredTagSchema = z
  .strictObject({
    id: z.string(),
    standing: z.enum(["claimed", "unclaimed", "revoked"]),
    registeredAt: z.iso.datetime(),
  })
  .openapi("RegisteredTag");

const listRoute = createRoute({
  method: "get",
  path: "/operator/tags",
  operationId: "listRegisteredTags",
  summary: "All tags that exist",
  description: "For operators. Without owners, names and locations.",
  tags: ["operator"],
  security: BEARER_SECURITY,
  request: { query: listQuerySchema },
  responses: {
    200: {
      description: "Tags, by id.",
      content: {
        "application/json": {
          schema: z
            .strictObject({ items: z.array(registeredTagSchema), next: z.string().nullable() })
            .openapi("RegisteredTagList"),
        },
      },
    },
    ...problemAnswers(...OWNER_PROBLEMS, "invalid-request", "invalid-cursor"),
  },
});

const revokeRoute = createRoute({
  method: "post",
  path: "/operator/tags/{id}/revoke",
  operationId: "revokeTag",
  summary: "Refuse a tag from now on",
  description: "For operators. What it recorded stays with its owner. Revoke its certificates as well.",
  tags: ["operator"],
  security: BEARER_SECURITY,
  request: { params: tagParamsSchema },
  responses: { 204: { description: "It is refused." }, ...problemAnswers(...OWNER_PROBLEMS, "not-found") },
});

const codeRoute = createRoute({
  method: "post",
  path: "/operator/tags/{id}/code",
  operationId: "renewLostCode",
  summary: "A new claim code for a tag that nobody has",
  description:
    "For operators: for a tag that was given up, whose code was lost before it was claimed, or whose owner has no account any " +
    "more. The former code is void. 409 for a tag that belongs to an account.",
  tags: ["operator"],
  security: BEARER_SECURITY,
  request: { params: tagParamsSchema },
  responses: {
    200: {
      description: "The code. Shown only now.",
      content: {
        "application/json": {
          schema: z.strictObject({ id: z.string(), claimCode: z.string() }).openapi("RenewedCode"),
        },
      },
    },
    ...problemAnswers(...OWNER_PROBLEMS, "not-found", "conflict"),
  },
});

function tagBody({ id, standing, registeredAt }: RegisteredTag): z.infer<typeof registeredTagSchema> {
  return { id, standing, registeredAt: rfc3339(registeredAt) };
}

/** Has the act in the audit trail before it is done. Throws a problem when that cannot be: then it is not done. */
async function recordAct({ auth }: Dependencies, context: Context<Env>, tag: TagId): Promise<void> {
  const accessToken = accessTokenOf(context) ?? "";
  const body = { act: "tag.revoked", tag };
  const call = { method: "POST", path: recordActRoute.path, body, accessToken } as const;
  const clientAddress = context.get("clientAddress");
  const { status } = declaredAnswer(recordActRoute, await auth.call({ ...call, clientAddress }));
  // The trail takes every id that a tag can have: what it refuses is no tag.
  if (status === 400 || status === 413) throw notFound();
  if (status !== 204) throw refuse("forbidden", "The authentication service refuses it. Log in again.");
}

/** /v1/operator/tags. */
export function operatorRoutes(deps: Dependencies) {
  return new OpenAPIHono<Env>({ defaultHook: onInvalid })
    .openapi(listRoute, async (c) => {
      const { cursor, limit } = c.req.valid("query");
      const scope = { route: "operator-tags", owner: c.get("owner") };
      const page = await deps.registry.page({ after: idAfter<TagId>(cursor, deps.cursors, scope), limit });
      return c.json({ items: page.items.map(tagBody), next: nextById(page.next, deps.cursors, scope) }, 200);
    })
    .openapi(codeRoute, async (c) => {
      const { id } = c.req.valid("param");
      const operator = { id: c.get("owner"), clientAddress: c.get("clientAddress") };
      return c.json({ id, claimCode: await renewLostCode(deps, id, operator) }, 200);
    })
    .openapi(revokeRoute, async (c) => {
      const { id } = c.req.valid("param");
      // Nothing is recorded of what can be no tag.
      orNotFound(asTagId(id) ?? "not-found");
      await recordAct(deps, c, id);
      orNotFound(await deps.registry.revoke(id, deps.now(), c.get("owner")));
      return c.body(null, 204);
    });
}
