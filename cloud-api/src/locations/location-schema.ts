import { z } from "@hono/zod-openapi";
import { degreesFromE7 } from "@purrimeter/protocol/values";
import type { Location, LocationPage } from "@purrimeter/store/location";
import { DOUBTS } from "@purrimeter/store/doubt";
import { rfc3339 } from "../lists/rfc3339.ts";
import { unreadableSpans, unreadableSpansSchema } from "../lists/unreadable-spans.ts";

const details = {
  at: z.iso.datetime().openapi({
    description: "Time of the fix; when a believed fix is dated minutes ahead, the time at which it came.",
  }),
  accuracyM: z
    .number()
    .openapi({ description: "What the receiver claims, one standard deviation in metres." }),
  speed: z.number().min(0).nullable().openapi({
    description: "Metres a second over ground, as the receiver measured it; null when it did not say.",
    example: 0.4,
  }),
  course: z.number().min(0).lt(360).nullable().openapi({
    description: "Degrees clockwise from north over ground; null when the receiver did not say.",
    example: 271.5,
  }),
  receivedAt: z.iso.datetime().openapi({ description: "When the cloud stored it." }),
  suspect: z.enum(DOUBTS).optional().openapi({ description: "Why it is stored but not believed." }),
};

export const locationSchema = z
  .strictObject({ ...details, lat: z.number().min(-90).max(90), lon: z.number().min(-180).max(180) })
  .openapi("Location");

const unreadableLocationsSchema = unreadableSpansSchema("Locations");

export const locationListSchema = z
  .strictObject({
    items: z.array(locationSchema),
    unreadable: unreadableLocationsSchema,
    next: z.string().nullable(),
  })
  .openapi("LocationList");

export const featureSchema = z
  .strictObject({
    type: z.literal("Feature"),
    geometry: z.strictObject({ type: z.literal("Point"), coordinates: z.array(z.number()).length(2) }),
    properties: z.strictObject(details),
  })
  .openapi("LocationFeature");

export const featureCollectionSchema = z
  .strictObject({
    type: z.literal("FeatureCollection"),
    features: z.array(featureSchema),
    unreadable: unreadableLocationsSchema,
    next: z.string().nullable().openapi({ description: "A foreign member (RFC 7946 section 6.1)." }),
  })
  .openapi("LocationFeatureCollection");

/** Nobody was anywhere later than now: the clock of the tag's receiver, or ours, is a little off. */
function timeOf({ at, receivedAt }: Location): Location["at"] {
  return at > receivedAt ? receivedAt : at;
}

function detailsOf(location: Location) {
  const { doubt, speedCmS, courseDeg10 } = location;
  const known = {
    at: rfc3339(doubt === undefined ? timeOf(location) : location.at),
    accuracyM: location.accuracyDm / 10,
    speed: speedCmS === undefined ? null : speedCmS / 100,
    course: courseDeg10 === undefined ? null : courseDeg10 / 10,
    receivedAt: rfc3339(location.receivedAt),
  };
  return doubt === undefined ? known : { ...known, suspect: doubt };
}

/** A location as JSON. */
export function locationBody(location: Location): z.infer<typeof locationSchema> {
  return { lat: degreesFromE7(location.latE7), lon: degreesFromE7(location.lonE7), ...detailsOf(location) };
}

/** A location as a GeoJSON feature. */
export function featureBody(location: Location): z.infer<typeof featureSchema> {
  const coordinates = [degreesFromE7(location.lonE7), degreesFromE7(location.latE7)];
  return { type: "Feature", geometry: { type: "Point", coordinates }, properties: detailsOf(location) };
}

/** A page of locations as JSON. */
export function locationListBody(
  page: LocationPage,
  next: string | null,
): z.infer<typeof locationListSchema> {
  return { items: page.items.map(locationBody), ...unreadableSpans(page), next };
}

/** A page of locations as GeoJSON. */
export function featureCollectionBody(
  page: LocationPage,
  next: string | null,
): z.infer<typeof featureCollectionSchema> {
  return { type: "FeatureCollection", features: page.items.map(featureBody), ...unreadableSpans(page), next };
}
