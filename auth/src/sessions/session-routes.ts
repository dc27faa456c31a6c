import { createRoute, z } from "@hono/zod-openapi";
import { problemResponses } from "../http/problem-responses.ts";

const bearer = [{ bearer: [] }];

const sessionSchema = z
  .strictObject({
    id: z.string(),
    device: z.string().openapi({ description: "As the login called it; empty when it did not." }),
    createdAt: z.iso.datetime(),
    refreshedAt: z.iso.datetime(),
    current: z.boolean().openapi({ description: "Whether it is the one that asks." }),
  })
  .openapi("Session");

/** Lists the owner's sessions. */
export const listSessionsRoute = createRoute({
  method: "get",
  path: "/sessions",
  operationId: "listSessions",
  summary: "Your sessions, newest first",
  security: bearer,
  responses: {
    200: {
      description: "Sessions",
      content: { "application/json": { schema: z.strictObject({ items: z.array(sessionSchema) }) } },
    },
    ...problemResponses(401, 403),
  },
});

/** Ends one of the owner's sessions, also the one that asks. */
export const endSessionRoute = createRoute({
  method: "delete",
  path: "/sessions/{id}",
  operationId: "endSession",
  summary: "End one of your sessions",
  security: bearer,
  request: { params: z.strictObject({ id: z.string().regex(/^[0-9a-f]{32}$/u, "This is no session.") }) },
  responses: { 204: { description: "It is over." }, ...problemResponses(400, 401, 403, 404) },
});

/** Ends all of the owner's sessions but the one that asks. */
export const endOtherSessionsRoute = createRoute({
  method: "delete",
  path: "/sessions",
  operationId: "endOtherSessions",
  summary: "End all your other sessions",
  security: bearer,
  responses: { 204: { description: "They are over." }, ...problemResponses(401, 403) },
});
