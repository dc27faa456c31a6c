import { z } from "@hono/zod-openapi";
import { DOUBTS } from "@purrimeter/store/doubt";
import type { GeofenceEvent } from "@purrimeter/store/geofence-event";
import { rfc3339 } from "../lists/rfc3339.ts";
import { unreadableSchema } from "./tag-schema.ts";

const sideSchema = z.enum(["inside", "outside", "unknown"]);

/** A transition of a tag, as owners and viewers read it. */
export const eventSchema = z
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
