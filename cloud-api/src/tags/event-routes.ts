import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { DOUBTS } from "@purrimeter/store/doubt";
import type { GeofenceEvent } from "@purrimeter/store/geofence-event";
import { onInvalid } from "@purrimeter/service/on-invalid";
import { BEARER_SECURITY, OWNER_PROBLEMS, problemAnswers } from "../edge/answers.ts";
import type { Dependencies, Env } from "../dependencies.ts";
import { orNotFound, tagParamsSchema } from "../lists/or-not-found.ts";
import { timeQuerySchema } from "../lists/list-query.ts";
import { unreadableSchema } from "./tag-schema.ts";
import { rfc3339 } from "../lists/rfc3339.ts";
import { unreadableSpans, unreadableSpansSchema } from "../lists/unreadable-spans.ts";
import { nextInTime, timeRange } from "../lists/page-position.ts";

const sideSchema = z.enum(["inside", "outside", "unknown"]);

const eventSchema = z
  .strictObject({
    type: z.literal("transition"),
    at: z.iso.datetime().openapi({ description: "When the tag decided." }),
    geofence: z.strictObject({ id: z.string(), name: z.string().nullable() }).nullable().openapi({
      description:
        "null when the tag named a geofence that the cloud does not know; its name when that is unreadable.",
    }),
    from: sideSchema.nullable().openapi({ description: "null when the event is unreadable." }),
    to: sideSchema.nullable().openapi({ description: "null when the event is unreadable." }),
    suspect: z.enum(DOUBTS).optional().openapi({
      description: "Why it is stored but not believed: it raises no alarm and is not the present side.",
    }),
    unreadable: unreadableSchema,
    recordedAt: z.iso.datetime().openapi({ description: "When the cloud stored it." }),
  })
  .openapi("Event");

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

const UNREADABLE = { unreadable: true } as const;

function eventBody(event: GeofenceEvent): z.infer<typeof eventSchema> {
  const { geofence, from, to } = event;
  return {
    type: "transition",
    at: rfc3339(event.at),
    geofence: geofence === undefined ? null : { id: geofence.id, name: geofence.name ?? null },
    from: from ?? null,
    to: to ?? null,
    ...(event.doubt !== undefined && { suspect: event.doubt }),
    ...(to === undefined && UNREADABLE),
    recordedAt: rfc3339(event.recordedAt),
  };
}

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
