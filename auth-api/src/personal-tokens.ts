import { createRoute, z } from "@hono/zod-openapi";
import { SCOPES } from "./access-tokens.ts";
import { idParamsSchema, nameSchema, timeSchema } from "./fields.ts";
import { MAX_PERSONAL_TOKEN_DAYS } from "./limits.ts";
import { ownerProofSchema } from "./owner-proof.ts";
import { notLoggedIn, problemAnswers, SESSION_BODY_PROBLEMS, SESSION_PROBLEMS } from "./problem-answers.ts";
import { answer, BEARER_SECURITY, body, TAGS } from "./route-parts.ts";

const newPersonalTokenSchema = ownerProofSchema
  .extend({
    name: nameSchema,
    scopes: z
      .array(z.enum(SCOPES))
      .min(1)
      .max(SCOPES.length)
      .refine((scopes) => new Set(scopes).size === scopes.length, "A scope is listed twice."),
    expiresInDays: z.number().int().min(1).max(MAX_PERSONAL_TOKEN_DAYS),
  })
  .openapi("NewPersonalToken");

const madePersonalTokenSchema = z
  .object({
    id: z.string(),
    token: z.string().openapi({ description: "Shown this once. Send it as Authorization: Bearer." }),
    expiresAt: timeSchema,
  })
  .openapi("MadePersonalToken");

const personalTokenSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.string()),
    createdAt: timeSchema,
    expiresAt: timeSchema,
    usedAt: timeSchema.nullable().openapi({ description: "To the hour." }),
  })
  .openapi("PersonalToken");

const personalTokensSchema = z.object({ items: z.array(personalTokenSchema) }).openapi("PersonalTokenList");

/** Lists the owner's tokens. */
export const listPersonalTokensRoute = createRoute({
  method: "get",
  path: "/personal-tokens",
  operationId: "listPersonalTokens",
  summary: "Your personal access tokens, newest first",
  tags: TAGS,
  security: BEARER_SECURITY,
  responses: { 200: answer("Tokens.", personalTokensSchema), ...problemAnswers(...SESSION_PROBLEMS) },
});

/** Makes a personal access token. */
export const makePersonalTokenRoute = createRoute({
  method: "post",
  path: "/personal-tokens",
  operationId: "makePersonalToken",
  summary: "Make a personal access token",
  description:
    "For what cannot log in. All that a login asks for is asked for once more. It is bound to its scopes and never reaches the account itself.",
  tags: TAGS,
  security: BEARER_SECURITY,
  request: body(newPersonalTokenSchema),
  responses: {
    201: answer("The token.", madePersonalTokenSchema),
    ...problemAnswers(...SESSION_BODY_PROBLEMS, "mail-not-verified", "conflict"),
    401: notLoggedIn("unauthenticated"),
  },
});

/** Ends one of the owner's tokens. */
export const endPersonalTokenRoute = createRoute({
  method: "delete",
  path: "/personal-tokens/{id}",
  operationId: "endPersonalToken",
  summary: "End a personal access token",
  tags: TAGS,
  security: BEARER_SECURITY,
  request: { params: idParamsSchema },
  responses: {
    204: { description: "It is over." },
    ...problemAnswers(...SESSION_PROBLEMS, "invalid-request", "not-found"),
  },
});
