import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { onInvalid } from "@purrimeter/service/on-invalid";
import { BEARER_SECURITY, OWNER_PROBLEMS, problemAnswers } from "../edge/answers.ts";
import type { Dependencies, Env } from "../dependencies.ts";
import { orNotFound, tagParamsSchema } from "../lists/or-not-found.ts";
import { timeQuerySchema } from "../lists/list-query.ts";
import { eventBody, eventSchema } from "./event-schema.ts";
import { unreadableSpans, unreadableSpansSchema } from "../lists/unreadable-spans.ts";
import { nextInTime, timeRange } from "../lists/page-position.ts";

const listRoute = createRoute({
  method: "get",
  path: "/tags/{id}/events",
  operationId: "listEvents",
  summary: "When a tag came and went",
  description:
    "Transitions between the sides of its geofences, ascending in time, both ends of the range included.",
  tags: ["events"],
  security: BEARER_SECURITY,
  request: { params: tagParamsSchema, query: timeQuerySchema },
  responses: {
    200: {
      description: "Events.",
      content: {
        "application/json": {
          schema: z
            .strictObject({
              items: z.array(eventSchema),
              unreadable: unreadableSpansSchema("Events"),
              next: z.string().nullable(),
            })
            .openapi("EventList"),
        },
      },
    },
    ...problemAnswers(...OWNER_PROBLEMS, "invalid-request", "invalid-cursor", "not-found"),
  },
});

/** /v1/tags/{id}/events. */
export function eventRoutes(deps: Dependencies) {
  return new OpenAPIHono<Env>({ defaultHook: onInvalid }).openapi(listRoute, async (c) => {
    const { id } = c.req.valid("param");
    const scope = { route: "events", owner: c.get("owner"), tag: id };
    const range = timeRange(c.req.valid("query"), deps.cursors, scope);
    const page = orNotFound(await c.get("view").events(id, range));
    const next = nextInTime(page.next, range, deps.cursors, scope);
    return c.json({ items: page.items.map(eventBody), ...unreadableSpans(page), next }, 200);
  });
}
