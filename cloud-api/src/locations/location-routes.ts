import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { onInvalid } from "@purrimeter/service/on-invalid";
import { BEARER_SECURITY, OWNER_PROBLEMS, problemAnswers } from "../edge/answers.ts";
import type { Dependencies, Env } from "../dependencies.ts";
import { orNotFound, tagParamsSchema } from "../lists/or-not-found.ts";
import { timeQuerySchema } from "../lists/list-query.ts";
import { formatSchema, GEO_JSON, wantsGeoJson } from "./location-format.ts";
import {
  featureBody,
  featureCollectionBody,
  featureCollectionSchema,
  featureSchema,
  locationBody,
  locationListBody,
  locationListSchema,
  locationSchema,
} from "./location-schema.ts";
import { nextInTime, timeRange } from "../lists/page-position.ts";
import { refuse } from "../edge/problem.ts";
import { readLatest, readLocations } from "./read-shared.ts";

const FORMATS = "JSON, or GeoJSON with `Accept: application/geo+json` or `format=geojson`.";

const listRoute = createRoute({
  method: "get",
  path: "/tags/{id}/locations",
  operationId: "listLocations",
  summary: "Where a tag was",
  description: `Ascending in time, both ends of the range included; late reports find their place. ${FORMATS}`,
  tags: ["locations"],
  security: BEARER_SECURITY,
  request: { params: tagParamsSchema, query: timeQuerySchema.safeExtend({ format: formatSchema }) },
  responses: {
    200: {
      description: "Locations.",
      content: {
        "application/json": { schema: locationListSchema },
        [GEO_JSON]: { schema: featureCollectionSchema },
      },
    },
    ...problemAnswers(...OWNER_PROBLEMS, "invalid-request", "invalid-cursor", "not-found"),
  },
});

const latestRoute = createRoute({
  method: "get",
  path: "/tags/{id}/locations/latest",
  operationId: "readLatestLocation",
  summary: "Where a tag was last",
  description: `The newest location by its own time, suspect ones left out. 404 while there is none. ${FORMATS}`,
  tags: ["locations"],
  security: BEARER_SECURITY,
  request: { params: tagParamsSchema, query: z.strictObject({ format: formatSchema }) },
  responses: {
    200: {
      description: "The location.",
      content: { "application/json": { schema: locationSchema }, [GEO_JSON]: { schema: featureSchema } },
    },
    ...problemAnswers(...OWNER_PROBLEMS, "invalid-request", "not-found"),
  },
});

function readable<Thing>(thing: Thing | "not-found" | "live-only"): Thing {
  if (thing !== "live-only") return orNotFound(thing);
  throw refuse("forbidden", "The tag's owner shares where it is, not where it was.");
}

const GEO_JSON_HEADERS = { "Content-Type": GEO_JSON };

/** /v1/tags/{id}/locations and /v1/tags/{id}/locations/latest. */
export function locationRoutes(deps: Dependencies) {
  return new OpenAPIHono<Env>({ defaultHook: onInvalid })
    .openapi(listRoute, async (c) => {
      const { id } = c.req.valid("param");
      const query = c.req.valid("query");
      const scope = { route: "locations", owner: c.get("owner"), tag: id };
      const range = timeRange(query, deps.cursors, scope);
      const page = readable(await readLocations(c.get("view"), deps.forViewer(c.get("owner")), id, range));
      const next = nextInTime(page.next, range, deps.cursors, scope);
      return wantsGeoJson(query.format, c.req.header("accept"))
        ? c.json(featureCollectionBody(page, next), 200, GEO_JSON_HEADERS)
        : c.json(locationListBody(page, next), 200);
    })
    .openapi(latestRoute, async (c) => {
      const location = orNotFound(
        await readLatest(c.get("view"), deps.forViewer(c.get("owner")), c.req.valid("param").id, "latest"),
      );
      if (location === undefined) throw refuse("not-found", "The tag has not sent a location yet.");
      return wantsGeoJson(c.req.valid("query").format, c.req.header("accept"))
        ? c.json(featureBody(location), 200, GEO_JSON_HEADERS)
        : c.json(locationBody(location), 200);
    });
}
