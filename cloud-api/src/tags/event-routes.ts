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
    at: z.iso.datetime().openapi({
      description:
        "When the tag decided; when a believed event is dated minutes ahead, the time at which it came.",
    }),
    geofence: z.strictObject({ id: z.string(), name: z.string().nullable() }).nullable().openapi({
      description:
        "null when the tag named a geofence that the cloud does not know; its name when that is unreadable.",
    }),
    from: sideSchema.nullable().openapi({ description: "null when the event is unreadable." }),
    to: sideSchema.nullable().openapi({ description: "null when the event is unreadable." }),
    lastKnown: z
      .enum(["inside", "outside"])
      .nullable()
      .openapi({
        description:
          "The last known side before, also when `from` is unknown: a change to outside is an escape when this is inside. " +
          "null when none was known. For a tag whose firmware does not say it, it is that of its earlier event of the same geofence.",
      }),
    suspect: z.enum(DOUBTS).optional().openapi({
      description: "Why its time is not believed, as of a location. It alerts nobody.",
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

/** A transition as JSON. */
export function eventBody(event: GeofenceEvent): z.infer<typeof eventSchema> {
  const { geofence, from, to, lastKnown, doubt, recordedAt } = event;
  return {
    type: "transition",
    at: rfc3339(doubt === undefined && event.at > recordedAt ? recordedAt : event.at),
    geofence: geofence === undefined ? null : { id: geofence.id, name: geofence.name ?? null },
    from: from ?? null,
    to: to ?? null,
    lastKnown,
    ...(doubt !== undefined && { suspect: doubt }),
    ...(to === undefined && UNREADABLE),
    recordedAt: rfc3339(recordedAt),
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
