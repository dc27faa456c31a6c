import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Mute } from "@purrimeter/store/alerts-view";
import { onInvalid } from "@purrimeter/service/on-invalid";
import { BEARER_SECURITY, BODY_PROBLEMS, OWNER_PROBLEMS, problemAnswers } from "../edge/answers.ts";
import type { Dependencies, Env } from "../dependencies.ts";
import { refuse } from "../edge/problem.ts";
import { readJsonBody } from "../edge/read-json-body.ts";
import { readTime } from "../lists/list-query.ts";
import { notFound, orNotFound, tagParamsSchema } from "../lists/or-not-found.ts";
import { rfc3339 } from "../lists/rfc3339.ts";
import { bodyOf, json } from "./route-parts.ts";

const MAX_BODY_BYTES = 4_096;

const FOR_EVER = "for-ever";

const muteSchema = z
  .strictObject({
    until: z
      .string()
      .transform((text, context): Mute => (text === FOR_EVER ? text : readTime(text, context)))
      .nullable()
      .openapi({
        type: ["string", "null"],
        description: "A time, `for-ever`, or null: alerts of the tag are told again.",
        example: "2026-08-01T08:00:00Z",
      }),
  })
  .openapi("TagMute");

const mutedSchema = z
  .strictObject({
    mutedUntil: z.string().nullable().openapi({ description: "A time, `for-ever`, or null." }),
  })
  .openapi("TagMuted");

const common = { tags: ["alerts"], security: BEARER_SECURITY };

const readRoute = createRoute({
  method: "get",
  path: "/tags/{id}/mute",
  operationId: "readTagMute",
  summary: "Until when you are told nothing of a tag",
  ...common,
  request: { params: tagParamsSchema },
  responses: { 200: json("Until when.", mutedSchema), ...problemAnswers(...OWNER_PROBLEMS, "not-found") },
});

const muteRoute = createRoute({
  method: "post",
  path: "/tags/{id}/mute",
  operationId: "muteTag",
  summary: "Be told nothing of a tag for a time",
  description:
    "For your account alone: viewers are told as ever, and may mute the tag for themselves. What happens meanwhile is not told afterwards; the tag and its events go on.",
  ...common,
  middleware: readJsonBody(MAX_BODY_BYTES),
  request: { params: tagParamsSchema, body: bodyOf(muteSchema) },
  responses: {
    200: json("Until when.", mutedSchema),
    ...problemAnswers(...OWNER_PROBLEMS, ...BODY_PROBLEMS, "not-found"),
  },
});

function mutedBody(until: Mute | undefined): z.infer<typeof mutedSchema> {
  return { mutedUntil: until === undefined ? null : until === FOR_EVER ? until : rfc3339(until) };
}

function checkFuture(until: Mute | null, now: number): void {
  if (until === null || until === FOR_EVER || until > now) return;
  const message = "until is not in the future.";
  throw refuse("invalid-request", message, [{ field: "until", message }]);
}

/** /v1/tags/{id}/mute. */
export function muteRoutes(deps: Dependencies) {
  return new OpenAPIHono<Env>({ defaultHook: onInvalid })
    .openapi(readRoute, async (c) => {
      const until = await c.get("view").mutedUntil(c.req.valid("param").id);
      if (until === "not-found") throw notFound();
      return c.json(mutedBody(until), 200);
    })
    .openapi(muteRoute, async (c) => {
      const { until } = c.req.valid("json");
      checkFuture(until, deps.now());
      orNotFound(await c.get("view").muteTag(c.req.valid("param").id, until ?? undefined));
      return c.json(mutedBody(until ?? undefined), 200);
    });
}
