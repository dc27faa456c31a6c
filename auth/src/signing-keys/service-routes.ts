import { createRoute, z } from "@hono/zod-openapi";
import { problemResponses } from "../http/problem-responses.ts";

const MAX_WAIT_S = 30;
const jwk = z.strictObject({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: z.string(),
  y: z.string(),
  kid: z.string(),
  alg: z.literal("ES256"),
  use: z.literal("sig"),
});

/** The keys that verify access tokens. */
export const jwksRoute = createRoute({
  method: "get",
  path: "/.well-known/jwks.json",
  operationId: "jwks",
  summary: "Public keys of access tokens (RFC 7517)",
  responses: {
    200: {
      description: "Keys",
      content: { "application/json": { schema: z.strictObject({ keys: z.array(jwk) }) } },
    },
  },
});

/** For the gateway: which sessions are over although their access tokens are not. */
export const endedSessionsRoute = createRoute({
  method: "get",
  path: "/sessions/ended",
  operationId: "endedSessions",
  summary: "Sessions that ended after a cursor",
  request: {
    query: z.strictObject({
      after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
      waitS: z.coerce.number().int().min(0).max(MAX_WAIT_S).default(0),
    }),
  },
  responses: {
    200: {
      description: "Sessions",
      content: {
        "application/json": {
          schema: z.strictObject({
            items: z.array(z.strictObject({ sid: z.string(), until: z.int() })),
            next: z.int(),
            reset: z.boolean(),
          }),
        },
      },
    },
    ...problemResponses(400),
  },
});

/** Whether the service and its database answer. */
export const healthRoute = createRoute({
  method: "get",
  path: "/health",
  operationId: "health",
  summary: "Whether the service works",
  responses: {
    200: {
      description: "It does",
      content: { "application/json": { schema: z.strictObject({ status: z.literal("ok") }) } },
    },
  },
});
