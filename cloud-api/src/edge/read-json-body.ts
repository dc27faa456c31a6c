import { readJsonBody as read } from "@purrimeter/service/read-json-body";
import type { MiddlewareHandler } from "hono";
import type { Env } from "../dependencies.ts";

/** Deeper than any body of this API: a geofence needs 5. */
const MAX_JSON_DEPTH = 16;

/** Reads the body of a route once, at most `maxBytes`, and refuses what is not plain JSON. */
export function readJsonBody(maxBytes: number): MiddlewareHandler<Env> {
  return read({ maxBytes, maxDepth: MAX_JSON_DEPTH });
}
