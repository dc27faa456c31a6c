import { z } from "@hono/zod-openapi";
import { MAX_GEOFENCES, MAX_RADIUS_CM, MAX_VERTICES, MIN_RADIUS_CM } from "@purrimeter/protocol/limits";
import type { FieldError } from "@purrimeter/service/problem";
import { circleErrors, ringErrors } from "./check-ring.ts";
import { nameSchema, tagIdSchema, unreadableSchema } from "../tags/tag-schema.ts";

/** Metres. */
const MIN_RADIUS_M = MIN_RADIUS_CM / 100;
const MAX_RADIUS_M = MAX_RADIUS_CM / 100;

/** Tags that one geofence holds for: an owner with more cats draws it twice. */
const MAX_GEOFENCE_TAGS = 100;

/** Enough to see what is wrong with a ring without answering with a megabyte. */
const MAX_REPORTED_ERRORS = 10;

type Issues = z.core.$RefinementCtx["issues"];

function report(issues: Issues, input: unknown, errors: readonly FieldError[]): void {
  for (const { field, message, limit } of errors.slice(0, MAX_REPORTED_ERRORS))
    issues.push({ code: "custom", input, message, path: [], params: { field, limit } });
}

const positionSchema = z.array(z.number()).openapi("Position", {
  description:
    "Longitude (-180 to 180), then latitude, in degrees (RFC 7946). No geofence reaches beyond ±85°. An altitude is ignored.",
  minItems: 2,
  example: [13.3777, 52.5163],
});

/** Ignored: what it says follows from the coordinates. */
const bboxSchema = z.array(z.number()).optional().openapi({
  description: "A bounding box (RFC 7946 section 5). Ignored, and not in answers.",
});

const polygonSchema = z
  .strictObject({
    type: z.literal("Polygon"),
    bbox: bboxSchema,
    coordinates: z
      .array(z.array(positionSchema).openapi({ minItems: 4, maxItems: MAX_VERTICES + 1 }))
      .openapi({ minItems: 1, maxItems: 1 }),
  })
  .check(({ value, issues }) => {
    const [ring] = value.coordinates;
    if (ring === undefined || value.coordinates.length !== 1) {
      const message = "A geofence is one ring: holes are not supported.";
      report(issues, value, [{ field: "coordinates", message, limit: 1 }]);
    } else report(issues, value, ringErrors(ring, "coordinates[0]"));
  })
  .openapi("PolygonShape", {
    description:
      "A GeoJSON Polygon of one closed ring that does not cross itself, either way round; answers are " +
      "counter-clockwise, rounded to 10^-7 degrees, without vertices that repeat the one before. A ring across the date line goes on with the other sign (179.9, then -179.9) and is not cut in two.",
  });

const circleSchema = z
  .strictObject({
    type: z.literal("Circle"),
    center: positionSchema,
    radiusM: z.number().min(MIN_RADIUS_M).max(MAX_RADIUS_M).openapi({ example: 75 }),
  })
  .check(({ value, issues }) => {
    report(issues, value, circleErrors(value.center, value.radiusM));
  })
  .openapi("CircleShape", {
    description: "GeoJSON has no circle, so this is ours: a centre and a radius in metres.",
  });

function shapeTypeMessage(input: unknown): string {
  const type = typeof input === "object" && input !== null && "type" in input ? input.type : undefined;
  const base = 'The type must be "Polygon" or "Circle".';
  if (type === "Feature" || type === "FeatureCollection")
    return `${base} Send the geometry of the feature alone.`;
  if (type === "MultiPolygon")
    return `${base} Send one geofence for each polygon; do not cut at the date line.`;
  if (type === "Point") return `${base} A circle is {"type":"Circle","center":[lon,lat],"radiusM":75}.`;
  return base;
}

export const shapeSchema = z
  .discriminatedUnion("type", [polygonSchema, circleSchema], {
    error: (issue) => (issue.code === "invalid_union" ? shapeTypeMessage(issue.input) : undefined),
  })
  .openapi("Shape");

export type ShapeBody = z.infer<typeof shapeSchema>;

/** What an owner sends to make or replace a geofence. */
export const geofenceBodySchema = z
  .strictObject({
    name: nameSchema,
    tagIds: z
      .array(tagIdSchema)
      .min(1)
      .max(MAX_GEOFENCE_TAGS)
      .refine((ids) => new Set(ids).size === ids.length, "A tag comes twice.")
      .openapi({ description: `Your tags that it holds for. A tag has at most ${MAX_GEOFENCES} geofences.` }),
    shape: shapeSchema,
  })
  .openapi("GeofenceBody");

const shareSchema = z.number().min(0).max(1);

const geofenceWarningSchema = z
  .strictObject({
    kind: z.enum(["too-small-for-receiver"]).openapi({
      description:
        "`too-small-for-receiver`: the tag checks this geofence all the same, but its receiver errs too much for it. Draw it larger, or " +
        "expect what the warning says.",
    }),
    tagId: z.string(),
    message: z.string().openapi({ description: "All of it as a sentence in English." }),
    depthM: z.number().openapi({ description: "The radius of the largest circle within the geofence." }),
    fixes: z
      .number()
      .int()
      .openapi({
        description:
          "How many recent fixes of the tag it is judged by. 0: by a usual receiver, because there are too few, or the token lacks the " +
          "scope `locations:read`.",
      }),
    claimMedianM: z
      .number()
      .openapi({ description: "The error that half of those fixes stay below, as they claim." }),
    claimP90M: z.number().openapi({ description: "The same of nine in ten." }),
    intervalS: z.number().openapi({ description: "The usual seconds between two fixes." }),
    noSideShare: shareSchema.openapi({
      description: "Share of the time in which the tag will know no side.",
    }),
    wrongSideShare: shareSchema.openapi({
      description: "Share of the time in which the side will be wrong.",
    }),
    falseAlarmsPerWeek: z.number().openapi({ description: "Alarms while the cat is inside." }),
  })
  .openapi("GeofenceWarning", {
    description: "Expected from measurements on invented cats (docs/fences.md); a real cat's figures differ.",
  });

export const geofenceSchema = z
  .strictObject({
    id: z.string(),
    name: z.string().nullable().openapi({ description: "null when it is unreadable." }),
    tagIds: z.array(z.string()),
    shape: shapeSchema.nullable().openapi({
      description:
        "null when it is unreadable. A tag that runs it goes on doing so; draw it anew or delete it.",
    }),
    unreadable: unreadableSchema,
    warnings: z.array(geofenceWarningSchema).optional().openapi({
      description:
        "Only while there are some. They follow the tags' fixes; the ETag does not change with them.",
    }),
    version: z
      .number()
      .int()
      .openapi({ description: "Grows with every change; the ETag is this in quotes." }),
    createdAt: z.iso.datetime(),
    changedAt: z.iso.datetime(),
  })
  .openapi("Geofence");

export type GeofenceWarningBody = z.infer<typeof geofenceWarningSchema>;
