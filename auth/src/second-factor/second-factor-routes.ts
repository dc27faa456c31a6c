import { createRoute, z } from "@hono/zod-openapi";
import { codeSchema, ownerProofSchema, tokensSchema } from "../http/credentials-schema.ts";
import { problemResponses } from "../http/problem-responses.ts";

const security = [{ bearer: [] }];
const MAX_TOKEN_LENGTH = 256;

const json = <Schema extends z.ZodType>(schema: Schema) => ({ "application/json": { schema } });
const body = <Schema extends z.ZodType>(schema: Schema) => ({
  body: { required: true as const, content: json(schema) },
});
const proofBody = body(ownerProofSchema);
const recoveryCodes = {
  description: "Recovery codes, shown this once",
  content: json(z.strictObject({ recoveryCodes: z.array(z.string()) })),
};

/** The second step of a login. */
export const secondFactorRoute = createRoute({
  method: "post",
  path: "/login/second-factor",
  operationId: "loginSecondFactor",
  summary: "Finish a login that needs a second factor",
  request: body(
    z.strictObject({
      challenge: z.string().min(1).max(MAX_TOKEN_LENGTH),
      code: codeSchema.openapi({ description: "From the authenticator app, or a recovery code." }),
      device: z.string().max(64).default(""),
    }),
  ),
  responses: {
    200: { description: "Tokens", content: json(tokensSchema) },
    ...problemResponses(400, 401, 413, 415, 429),
  },
});

/** What second factors the account has. */
export const listFactorsRoute = createRoute({
  method: "get",
  path: "/second-factors",
  operationId: "secondFactors",
  summary: "Your second factors",
  security,
  responses: {
    200: {
      description: "Factors",
      content: json(z.strictObject({ totp: z.boolean(), recoveryCodesLeft: z.int() })),
    },
    ...problemResponses(401, 403),
  },
});

/** Gives a TOTP secret. */
export const beginTotpRoute = createRoute({
  method: "post",
  path: "/second-factors/totp",
  operationId: "beginTotp",
  summary: "Get a secret for your authenticator app",
  security,
  request: proofBody,
  responses: {
    201: {
      description: "Not in use before it is confirmed",
      content: json(z.strictObject({ secret: z.string(), uri: z.string() })),
    },
    ...problemResponses(400, 401, 403, 409, 429, 503),
  },
});

/** Puts the secret in use. */
export const confirmTotpRoute = createRoute({
  method: "post",
  path: "/second-factors/totp/confirm",
  operationId: "confirmTotp",
  summary: "Prove that your app has the secret",
  security,
  request: body(z.strictObject({ code: codeSchema })),
  responses: { 200: recoveryCodes, ...problemResponses(400, 401, 403, 429) },
});

/** Takes TOTP and recovery codes away. */
export const removeTotpRoute = createRoute({
  method: "post",
  path: "/second-factors/totp/remove",
  operationId: "removeTotp",
  summary: "Log in without a second factor from now on",
  security,
  request: proofBody,
  responses: { 204: { description: "Removed" }, ...problemResponses(400, 401, 403, 404, 409, 429, 503) },
});

/** Makes recovery codes anew. */
export const recoveryCodesRoute = createRoute({
  method: "post",
  path: "/second-factors/recovery-codes",
  operationId: "makeRecoveryCodes",
  summary: "Get new recovery codes; the old ones are void",
  security,
  request: proofBody,
  responses: { 200: recoveryCodes, ...problemResponses(400, 401, 403, 409, 429, 503) },
});
