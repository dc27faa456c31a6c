import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Scope } from "@purrimeter/auth-api/access-tokens";
import { MAX_GEOFENCES, MAX_TAG_VERTICES } from "@purrimeter/protocol/limits";
import type { TagId } from "@purrimeter/protocol/values";
import type { Geofence, GeofenceDraft, GeofenceId, GeofenceOutcome } from "@purrimeter/store/geofence";
import type { Context } from "hono";
import type { FieldError } from "@purrimeter/service/problem";
import { onInvalid } from "@purrimeter/service/on-invalid";
import { BEARER_SECURITY, BODY_PROBLEMS, OWNER_PROBLEMS, problemAnswers } from "../edge/answers.ts";
import type { Dependencies, Env } from "../dependencies.ts";
import { changedMeanwhile, entityTag, expectedVersion, isKnownToReader } from "../lists/entity-tag.ts";
import { orNotFound, geofenceParamsSchema, notFound, unknownId } from "../lists/or-not-found.ts";
import { geofenceBodySchema, geofenceSchema } from "./geofence-schema.ts";
import { shapeBody, shapeFromBody } from "./geofence-shape.ts";
import { listQuerySchema } from "../lists/list-query.ts";
import { rfc3339 } from "../lists/rfc3339.ts";
import { idAfter, nextById } from "../lists/page-position.ts";
import { refuse } from "../edge/problem.ts";
import { readJsonBody } from "../edge/read-json-body.ts";
import { SizeWarnings } from "./size-warnings.ts";

/** A polygon of ten thousand corners still gets through, to be told the limit of its corners. */
const MAX_BODY_BYTES = 1_048_576;

const bodyRequest = {
  required: true,
  content: { "application/json": { schema: geofenceBodySchema } },
};

const etagHeader = z.object({ ETag: z.string().openapi({ example: '"3"' }) });

const geofenceAnswer = (description: string) => ({
  description,
  headers: etagHeader,
  content: { "application/json": { schema: geofenceSchema } },
});

const ifMatchSchema = z.object({
  "if-match": z
    .string()
    .optional()
    .openapi({
      param: { name: "if-match", in: "header", required: true },
      description: "The ETag that you read.",
    }),
});

const listRoute = createRoute({
  method: "get",
  path: "/geofences",
  operationId: "listGeofences",
  summary: "Your geofences",
  tags: ["geofences"],
  security: BEARER_SECURITY,
  request: { query: listQuerySchema },
  responses: {
    200: {
      description: "Your geofences, by id.",
      content: {
        "application/json": {
          schema: z
            .strictObject({ items: z.array(geofenceSchema), next: z.string().nullable() })
            .openapi("GeofenceList"),
        },
      },
    },
    ...problemAnswers(...OWNER_PROBLEMS, "invalid-request", "invalid-cursor"),
  },
});

const createGeofenceRoute = createRoute({
  method: "post",
  path: "/geofences",
  operationId: "createGeofence",
  summary: "Draw a geofence",
  description: "Its tags get it as settings; GET /v1/tags shows the version wanted and the version reported.",
  tags: ["geofences"],
  security: BEARER_SECURITY,
  middleware: readJsonBody(MAX_BODY_BYTES),
  request: { body: bodyRequest },
  responses: {
    201: geofenceAnswer("The geofence."),
    ...problemAnswers(...OWNER_PROBLEMS, ...BODY_PROBLEMS, "not-found", "conflict"),
  },
});

const readRoute = createRoute({
  method: "get",
  path: "/geofences/{id}",
  operationId: "readGeofence",
  summary: "One geofence",
  tags: ["geofences"],
  security: BEARER_SECURITY,
  request: { params: geofenceParamsSchema },
  responses: {
    200: geofenceAnswer("The geofence."),
    304: { description: "It is as If-None-Match says." },
    ...problemAnswers(...OWNER_PROBLEMS, "not-found"),
  },
});

const replaceRoute = createRoute({
  method: "put",
  path: "/geofences/{id}",
  operationId: "replaceGeofence",
  summary: "Draw a geofence anew",
  tags: ["geofences"],
  security: BEARER_SECURITY,
  middleware: readJsonBody(MAX_BODY_BYTES),
  request: { params: geofenceParamsSchema, headers: ifMatchSchema, body: bodyRequest },
  responses: {
    200: geofenceAnswer("The geofence as it is now."),
    ...problemAnswers(
      ...OWNER_PROBLEMS,
      ...BODY_PROBLEMS,
      "not-found",
      "conflict",
      "precondition-failed",
      "precondition-required",
    ),
  },
});

const deleteRoute = createRoute({
  method: "delete",
  path: "/geofences/{id}",
  operationId: "deleteGeofence",
  summary: "Delete a geofence",
  description: "Events keep its name.",
  tags: ["geofences"],
  security: BEARER_SECURITY,
  request: { params: geofenceParamsSchema, headers: ifMatchSchema },
  responses: {
    204: { description: "It is gone." },
    ...problemAnswers(
      ...OWNER_PROBLEMS,
      "invalid-request",
      "not-found",
      "precondition-failed",
      "precondition-required",
    ),
  },
});

/** What a personal access token needs to see what fixes say. */
const FIXES_SCOPE: Scope = "locations:read";

const UNREADABLE = { unreadable: true } as const;

type GeofenceBody = z.infer<typeof geofenceSchema>;

/** How `asker` sees it: by what the fixes of its tags say, if they may be read. */
async function geofenceBody(
  geofence: Geofence,
  sizes: SizeWarnings,
  asker: Context<Env>,
): Promise<GeofenceBody> {
  const { scopes, owner } = asker.get("identity");
  const reader = { owner, view: asker.get("view"), mayReadFixes: scopes?.includes(FIXES_SCOPE) ?? true };
  const warnings = await sizes.of(geofence, reader);
  return {
    id: geofence.id,
    name: geofence.name ?? null,
    tagIds: [...geofence.tagIds],
    shape: geofence.shape === undefined ? null : shapeBody(geofence.shape),
    ...(geofence.shape === undefined && UNREADABLE),
    ...(warnings.length > 0 && { warnings }),
    version: geofence.version,
    createdAt: rfc3339(geofence.createdAt),
    changedAt: rfc3339(geofence.changedAt),
  };
}

function draftOf({ name, tagIds, shape }: z.infer<typeof geofenceBodySchema>): GeofenceDraft {
  return { name, tagIds: tagIds as TagId[], shape: shapeFromBody(shape) };
}

function conflict(error: FieldError): Error {
  return refuse("conflict", error.message, [error]);
}

function written(outcome: GeofenceOutcome): Geofence {
  if (outcome.kind === "written") return outcome.geofence;
  switch (outcome.reason) {
    case "not-found":
      throw notFound();
    case "tag-not-found":
      throw unknownId("tagIds", outcome.at, "tag");
    case "version-mismatch":
      throw changedMeanwhile();
    case "too-many-geofences": {
      const message = `A tag has at most ${MAX_GEOFENCES} geofences.`;
      throw conflict({ field: "tagIds", message, limit: MAX_GEOFENCES });
    }
    case "too-many-vertices": {
      const message = `All polygons of one tag together have at most ${MAX_TAG_VERTICES} vertices.`;
      throw conflict({ field: "shape.coordinates[0]", message, limit: MAX_TAG_VERTICES });
    }
    case "too-many-owned":
      throw conflict({ field: "body", message: "You have as many geofences as an account can have." });
  }
}

/** /v1/geofences and /v1/geofences/{id}. */
export function geofenceRoutes(deps: Dependencies) {
  const sizes = new SizeWarnings(deps.monotonicMs);
  return new OpenAPIHono<Env>({ defaultHook: onInvalid })
    .openapi(listRoute, async (c) => {
      const { cursor, limit } = c.req.valid("query");
      const scope = { route: "geofences", owner: c.get("owner") };
      const page = await c.get("view").geofences({
        after: idAfter<GeofenceId>(cursor, deps.cursors, scope),
        limit,
      });
      const items: GeofenceBody[] = [];
      for (const geofence of page.items) items.push(await geofenceBody(geofence, sizes, c));
      return c.json({ items, next: nextById(page.next, deps.cursors, scope) }, 200);
    })
    .openapi(createGeofenceRoute, async (c) => {
      const geofence = written(await c.get("view").createGeofence(draftOf(c.req.valid("json"))));
      const headers = { ETag: entityTag(geofence.version), Location: `/v1/geofences/${geofence.id}` };
      return c.json(await geofenceBody(geofence, sizes, c), 201, headers);
    })
    .openapi(readRoute, async (c) => {
      const geofence = orNotFound(await c.get("view").geofence(c.req.valid("param").id));
      const headers = { ETag: entityTag(geofence.version) };
      if (isKnownToReader(c.req.header("if-none-match"), geofence.version)) return c.body(null, 304, headers);
      return c.json(await geofenceBody(geofence, sizes, c), 200, headers);
    })
    .openapi(replaceRoute, async (c) => {
      const expected = expectedVersion(c.req.valid("header")["if-match"]);
      const { id } = c.req.valid("param");
      const geofence = written(
        await c.get("view").replaceGeofence(id, draftOf(c.req.valid("json")), expected),
      );
      return c.json(await geofenceBody(geofence, sizes, c), 200, { ETag: entityTag(geofence.version) });
    })
    .openapi(deleteRoute, async (c) => {
      const expected = expectedVersion(c.req.valid("header")["if-match"]);
      const outcome = await c.get("view").deleteGeofence(c.req.valid("param").id, expected);
      if (outcome === "version-mismatch") throw changedMeanwhile();
      orNotFound(outcome);
      return c.body(null, 204);
    });
}
