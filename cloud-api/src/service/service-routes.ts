import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { onInvalid } from "@purrimeter/service/on-invalid";
import { problemAnswers } from "../edge/answers.ts";
import type { Dependencies, Env } from "../dependencies.ts";
import { orNotFound } from "../lists/or-not-found.ts";
import { PROBLEM_TYPES } from "../edge/problem-types.ts";

const COMMON = ["misdirected-request", "too-many-requests", "internal-error"] as const;

const healthRoute = createRoute({
  method: "get",
  path: "/health",
  operationId: "readHealth",
  summary: "Whether the API's process answers (liveness)",
  description:
    "Says nothing of what the API depends on: /v1/ready does. A process that does not answer is restarted.",
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

const readinessSchema = z
  .strictObject({
    status: z.enum(["ready", "not-ready"]).openapi({
      description:
        "`ready`: owners and tags are served. `not-ready`: something that this needs does not work.",
    }),
  })
  .openapi("Readiness");

const readinessAnswer = (description: string) => ({
  description,
  content: { "application/json": { schema: readinessSchema } },
});

const readyRoute = createRoute({
  method: "get",
  path: "/ready",
  operationId: "readReadiness",
  summary: "Whether the whole service works (readiness)",
  description:
    "Checks each process, the store, disk, clock, certificate and key ring, at most once a second. Which of them failed is told on the loopback metrics port alone.",
  tags: ["service"],
  responses: {
    200: readinessAnswer("Everything works."),
    503: readinessAnswer("Something does not work; `status` is `not-ready`."),
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

/** /v1/health, /v1/ready and /v1/problems/{name}. */
export function serviceRoutes({ readiness }: Pick<Dependencies, "readiness">) {
  return new OpenAPIHono<Env>({ defaultHook: onInvalid })
    .openapi(healthRoute, (c) => c.json({ status: "ok" as const }, 200))
    .openapi(readyRoute, async (c) => {
      const { status } = await readiness.report();
      c.header("Cache-Control", "no-store");
      return status === "ready" ? c.json({ status }, 200) : c.json({ status }, 503);
    })
    .openapi(problemRoute, (c) =>
      c.json(orNotFound(PROBLEM_BODIES.get(c.req.valid("param").name) ?? "not-found"), 200),
    );
}
