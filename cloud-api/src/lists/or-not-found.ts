import { z } from "@hono/zod-openapi";
import type { TagId } from "@purrimeter/protocol/values";
import type { ShareId } from "@purrimeter/store/share";
import type { GeofenceId } from "@purrimeter/store/geofence";
import { refuse } from "../edge/problem.ts";

// An id is not checked here: the store finds nothing under what is no id, and answers as for a foreign one.
const idSchema = z.string().openapi({ param: { name: "id", in: "path" } });

export const tagParamsSchema = z.object({ id: idSchema.transform((id) => id as TagId) });

export const geofenceParamsSchema = z.object({ id: idSchema.transform((id) => id as GeofenceId) });

export const heldShareParamsSchema = z.object({ id: idSchema.transform((id) => id as ShareId) });

/** The same for what does not exist and for what is somebody else's. */
const NOT_FOUND = "Not found, or not yours.";

/** The refusal of what does not exist or is somebody else's. */
export function notFound(): Error {
  return refuse("not-found", NOT_FOUND);
}

/** The refusal of an id in a body, for what does not exist and for what is somebody else's. `field`: the list that has it. */
export function unknownId(field: string, at: number, what: string): Error {
  const place = `${field}[${at}]`;
  const message = `No such ${what}, or not yours.`;
  return refuse("not-found", `${place}: ${message}`, [{ field: place, message }]);
}

/** The thing itself; throws a problem `not-found`. */
export function orNotFound<Thing>(thing: Thing | "not-found"): Thing {
  if (thing === "not-found") throw notFound();
  return thing;
}
