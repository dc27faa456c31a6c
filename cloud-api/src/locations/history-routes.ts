import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { onInvalid } from "@purrimeter/service/on-invalid";
import { BEARER_SECURITY, BODY_PROBLEMS, OWNER_PROBLEMS, problemAnswers } from "../edge/answers.ts";
import { refuse } from "../edge/problem.ts";
import { readJsonBody } from "../edge/read-json-body.ts";
import type { Dependencies, Env } from "../dependencies.ts";
import { stretchSchema } from "../lists/list-query.ts";
import { orNotFound, tagParamsSchema } from "../lists/or-not-found.ts";
import { rfc3339, secondsFromRfc3339 } from "../lists/rfc3339.ts";
import { locationBody, locationSchema } from "./location-schema.ts";

const DAY_S = 86_400;
const MAX_BODY_BYTES = 4_096;

const receiptSchema = z
  .strictObject({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    locations: z.int().min(0).openapi({ description: "How many were deleted." }),
    backupsUntil: z.iso.datetime().openapi({
      description:
        "Until then a backup of the operator's may hold them: the last that was made before is kept so long.",
    }),
  })
  .openapi("ErasedStretch");

const ERASURE = `Deletes the locations and events from \`from\` to \`to\`, both included, and the totals of days of which a
part is in it; this cannot be undone. A report that the tag sends again does not bring them back; what the tag has not sent
yet is stored when it comes. Older backups hold the stretch until \`backupsUntil\`. Broken off, ask again.`;

const eraseRoute = createRoute({
  method: "delete",
  path: "/tags/{id}/locations",
  operationId: "eraseLocations",
  summary: "Delete a stretch of a tag's history",
  description: ERASURE,
  tags: ["locations"],
  security: BEARER_SECURITY,
  request: { params: tagParamsSchema, query: stretchSchema({}) },
  responses: {
    200: { description: "The receipt.", content: { "application/json": { schema: receiptSchema } } },
    ...problemAnswers(...OWNER_PROBLEMS, "invalid-request", "not-found"),
  },
});

const suspectRoute = createRoute({
  method: "patch",
  path: "/tags/{id}/locations/{at}",
  operationId: "setLocationSuspect",
  summary: "Say that a location is wrong, or that it is right",
  description:
    "`at` is the location's time, with its colons written as %3A, as every path here has one form. A suspect one stays in the list and is marked; it is never the latest. Several with the same time change together.",
  tags: ["locations"],
  security: BEARER_SECURITY,
  middleware: readJsonBody(MAX_BODY_BYTES),
  request: {
    params: tagParamsSchema.extend({
      at: z.string().openapi({ param: { name: "at", in: "path" }, format: "date-time" }),
    }),
    body: {
      required: true,
      content: {
        "application/json": { schema: z.strictObject({ suspect: z.boolean() }).openapi("LocationChange") },
      },
    },
  },
  responses: {
    200: {
      description: "The location as it is now.",
      content: { "application/json": { schema: locationSchema } },
    },
    ...problemAnswers(...OWNER_PROBLEMS, ...BODY_PROBLEMS, "not-found"),
  },
});

/** Both ends of what is deleted have to be said: nothing goes because something was left out. */
function given(time: UnixSeconds | undefined, field: string): UnixSeconds {
  if (time !== undefined) return time;
  throw refuse("invalid-request", "Say from when to when.", [{ field, message: `${field} is missing.` }]);
}

/** Changes of what was stored: DELETE /v1/tags/{id}/locations and PATCH /v1/tags/{id}/locations/{at}. */
export function historyRoutes(deps: Dependencies) {
  return new OpenAPIHono<Env>({ defaultHook: onInvalid })
    .openapi(eraseRoute, async (c) => {
      const query = c.req.valid("query");
      const stretch = { from: given(query.from, "from"), to: given(query.to, "to") };
      const locations = orNotFound(await c.get("view").eraseStretch(c.req.valid("param").id, stretch));
      deps.logAct("history.erased", c.req.valid("param").id);
      const backupsUntil = rfc3339((deps.now() + deps.backupKeptDays * DAY_S) as UnixSeconds);
      const [from, to] = [rfc3339(stretch.from), rfc3339(stretch.to)];
      return c.json({ from, to, locations, backupsUntil }, 200);
    })
    .openapi(suspectRoute, async (c) => {
      const { id, at } = c.req.valid("param");
      const { suspect } = c.req.valid("json");
      const time = secondsFromRfc3339(at);
      if (typeof time === "string")
        throw refuse("invalid-request", "The location's time is an RFC 3339 time.", [
          { field: "at", message: `The time is ${time}.` },
        ]);
      return c.json(locationBody(orNotFound(await c.get("view").setSuspect(id, time, suspect))), 200);
    });
}
