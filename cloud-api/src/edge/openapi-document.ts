import { z } from "@hono/zod-openapi";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { problemAnswers } from "./answers.ts";
import type { Env } from "../dependencies.ts";

const DESCRIPTION = `Where your cats are, were, and when they left their geofences.

Times are RFC 3339 in UTC. Coordinates are WGS 84 degrees. Lists answer \`{items, next}\`: ask again with
\`cursor=<next>\` until \`next\` is null. Every refusal is a problem (RFC 9457) whose type is a path that explains it.
Fields that are not described here are refused.`;

/** A path that is not in its canonical form (an encoded slash in an id) is refused before any route, also by those that refuse nothing else. */
function declareRefusedPaths({ openAPIRegistry }: OpenAPIHono<Env>): void {
  for (const definition of openAPIRegistry.definitions) {
    if (definition.type !== "route" || !definition.route.path.includes("{")) continue;
    const { responses } = definition.route;
    definition.route.responses = { ...problemAnswers("invalid-request"), ...responses };
  }
}

/** The API as OpenAPI 3.1. */
export function openApiDocument(app: OpenAPIHono<Env>): object {
  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description:
      "The access token of POST /v1/auth/login, or a personal access token. Pages of this origin have cookies instead.",
  });
  app.openAPIRegistry.registerPath({
    method: "get",
    path: "/v1/openapi.json",
    operationId: "readOpenApi",
    summary: "This document",
    tags: ["service"],
    responses: {
      200: {
        description: "OpenAPI 3.1.",
        content: {
          "application/json": { schema: z.looseObject({ openapi: z.string() }).openapi("OpenApi") },
        },
      },
      ...problemAnswers("misdirected-request", "too-many-requests", "internal-error"),
    },
  });
  declareRefusedPaths(app);
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Purrimeter",
      version: "1",
      description: DESCRIPTION,
      license: { name: "MIT" },
    },
    servers: [{ url: "/" }],
    tags: [
      { name: "auth", description: "Accounts and sessions" },
      { name: "tags", description: "What the cats wear" },
      { name: "locations", description: "Where they were" },
      { name: "events", description: "When they came and went" },
      { name: "alerts", description: "What you are told, when, and where" },
      { name: "shares", description: "Who else may look" },
      { name: "transfers", description: "When a tag goes to another account" },
      { name: "found", description: "For whoever finds a tag" },
      { name: "operator", description: "For who runs the service; no location" },
      { name: "geofences", description: "Where they may be" },
      { name: "service", description: "The API itself" },
    ],
  });
}
