import { createRoute, z } from "@hono/zod-openapi";
import { idParamsSchema, timeSchema } from "./fields.ts";
import { problemAnswers, SESSION_PROBLEMS } from "./problem-answers.ts";
import { answer, BEARER_SECURITY, TAGS } from "./route-parts.ts";

const sessionSchema = z
  .object({
    id: z.string(),
    device: z.string(),
    createdAt: timeSchema,
    refreshedAt: timeSchema,
    current: z.boolean().openapi({ description: "Whether it is the one that asks." }),
  })
  .openapi("Session");

const sessionsSchema = z.object({ items: z.array(sessionSchema) }).openapi("SessionList");

/** Lists the owner's sessions. */
export const listSessionsRoute = createRoute({
  method: "get",
  path: "/sessions",
  operationId: "listSessions",
  summary: "Your sessions, newest first",
  tags: TAGS,
  security: BEARER_SECURITY,
  responses: { 200: answer("Sessions.", sessionsSchema), ...problemAnswers(...SESSION_PROBLEMS) },
});

/** Ends one of the owner's sessions, also the one that asks. */
export const endSessionRoute = createRoute({
  method: "delete",
  path: "/sessions/{id}",
  operationId: "endSession",
  summary: "End one of your sessions",
  tags: TAGS,
  security: BEARER_SECURITY,
  request: { params: idParamsSchema },
  responses: {
    204: { description: "It is over." },
    ...problemAnswers(...SESSION_PROBLEMS, "invalid-request", "not-found"),
  },
});

/** Ends all of the owner's sessions but the one that asks. */
export const endOtherSessionsRoute = createRoute({
  method: "delete",
  path: "/sessions",
  operationId: "endOtherSessions",
  summary: "End all your other sessions",
  tags: TAGS,
  security: BEARER_SECURITY,
  responses: { 204: { description: "They are over." }, ...problemAnswers(...SESSION_PROBLEMS) },
});
