import { createRoute, z } from "@hono/zod-openapi";
import { passwordSchema } from "../http/credentials-schema.ts";
import { SCOPES } from "../http/cloud-api-interface.ts";
import { problemResponses } from "../http/problem-responses.ts";

const MAX_DAYS = 365;
const security = [{ bearer: [] }];
const json = <Schema extends z.ZodType>(schema: Schema) => ({ "application/json": { schema } });
const body = <Schema extends z.ZodType>(schema: Schema) => ({
  body: { required: true as const, content: json(schema) },
});
const scopesSchema = z
  .array(z.enum(SCOPES))
  .min(1)
  .max(SCOPES.length)
  .refine((scopes) => new Set(scopes).size === scopes.length, "A scope comes twice.");

const listed = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    usedAt: z.iso.datetime().nullable().openapi({ description: "To the hour." }),
  })
  .openapi("PersonalToken");

/** Makes a personal access token. */
export const makePersonalTokenRoute = createRoute({
  method: "post",
  path: "/personal-tokens",
  operationId: "makePersonalToken",
  summary: "Make a personal access token",
  security,
  request: body(
    z.strictObject({
      password: passwordSchema,
      name: z.string().min(1).max(64),
      scopes: scopesSchema,
      expiresInDays: z.int().min(1).max(MAX_DAYS),
    }),
  ),
  responses: {
    201: {
      description: "The token, shown this once",
      content: json(z.strictObject({ id: z.string(), token: z.string(), expiresAt: z.iso.datetime() })),
    },
    ...problemResponses(400, 401, 403, 409, 429, 503),
  },
});

/** Lists the owner's tokens. */
export const listPersonalTokensRoute = createRoute({
  method: "get",
  path: "/personal-tokens",
  operationId: "listPersonalTokens",
  summary: "Your personal access tokens, newest first",
  security,
  responses: {
    200: { description: "Tokens", content: json(z.strictObject({ items: z.array(listed) })) },
    ...problemResponses(401, 403),
  },
});

/** Ends one of the owner's tokens. */
export const endPersonalTokenRoute = createRoute({
  method: "delete",
  path: "/personal-tokens/{id}",
  operationId: "endPersonalToken",
  summary: "End a personal access token",
  security,
  request: { params: z.strictObject({ id: z.string().regex(/^[0-9a-f]{32}$/u, "This is no token's id.") }) },
  responses: { 204: { description: "It is over" }, ...problemResponses(400, 401, 403, 404) },
});

/** For the gateway: an access token that speaks for the bearer of a personal one. */
export const exchangeRoute = createRoute({
  method: "post",
  path: "/personal-tokens/exchange",
  operationId: "exchangePersonalToken",
  summary: "Exchange a personal access token for an access token with its scopes",
  request: body(z.strictObject({ token: z.string().min(1).max(256) })),
  responses: {
    200: {
      description: "Access token",
      content: json(z.strictObject({ accessToken: z.string(), expiresIn: z.int() })),
    },
    ...problemResponses(400, 401, 429),
  },
});
