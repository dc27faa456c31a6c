import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { onInvalid } from "@purrimeter/service/on-invalid";
import { problemAnswers } from "../edge/answers.ts";
import type { Env } from "../dependencies.ts";
import { orNotFound } from "../lists/or-not-found.ts";
import { PROBLEM_TYPES } from "../edge/problem-types.ts";

const COMMON = ["misdirected-request", "too-many-requests", "internal-error"] as const;

const healthRoute = createRoute({
  method: "get",
  path: "/health",
  operationId: "readHealth",
  summary: "Whether the API answers",
  tags: ["service"],
  responses: {
    200: {
      description: "It does.",
      content: {
        "application/json": { schema: z.strictObject({ status: z.literal("ok") }).openapi("Health") },
      },
    },
    ...problemAnswers(...COMMON),
  },
});

const problemRoute = createRoute({
  method: "get",
  path: "/problems/{name}",
  operationId: "readProblemType",
  summary: "What a kind of problem means",
  tags: ["service"],
  request: { params: z.object({ name: z.string().openapi({ param: { name: "name", in: "path" } }) }) },
  responses: {
    200: {
      description: "The kind of problem.",
      content: {
        "application/json": {
          schema: z
            .strictObject({
              type: z.string(),
              status: z.number().int(),
              title: z.string(),
              description: z.string(),
            })
            .openapi("ProblemType"),
        },
      },
    },
    ...problemAnswers(...COMMON, "not-found"),
  },
});

const PROBLEM_BODIES = new Map(
  Object.entries(PROBLEM_TYPES).map(([name, row]) => [name, { type: `/v1/problems/${name}`, ...row }]),
);

/** /v1/health and /v1/problems/{name}. */
export function serviceRoutes() {
  return new OpenAPIHono<Env>({ defaultHook: onInvalid })
    .openapi(healthRoute, (c) => c.json({ status: "ok" as const }, 200))
    .openapi(problemRoute, (c) =>
      c.json(orNotFound(PROBLEM_BODIES.get(c.req.valid("param").name) ?? "not-found"), 200),
    );
}
