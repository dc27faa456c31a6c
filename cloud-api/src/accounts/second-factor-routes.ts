import { createRoute } from "@hono/zod-openapi";
import { BEARER_SECURITY, OWNER_PROBLEMS, problemAnswers } from "../edge/answers.ts";
import { answer, body, middleware, NOT_LOGGED_IN, SESSION_BODY_PROBLEMS } from "./account-answers.ts";
import {
  madePasskeySchema,
  newPasskeySchema,
  ownerProofSchema,
  passkeyOptionsSchema,
  passkeyParamsSchema,
  passkeysSchema,
  recoveryCodesSchema,
  secondFactorsSchema,
  totpCodeSchema,
  totpSecretSchema,
} from "./account-schemas.ts";

export const listFactorsRoute = createRoute({
  method: "get",
  path: "/second-factors",
  operationId: "listSecondFactors",
  summary: "Your second factors",
  tags: ["auth"],
  security: BEARER_SECURITY,
  responses: { 200: answer("What there is.", secondFactorsSchema), ...problemAnswers(...OWNER_PROBLEMS) },
});

export const beginTotpRoute = createRoute({
  method: "post",
  path: "/second-factors/totp",
  operationId: "beginTotp",
  summary: "Get a secret for your authenticator app",
  tags: ["auth"],
  security: BEARER_SECURITY,
  middleware,
  request: body(ownerProofSchema),
  responses: {
    201: answer("Not in use before it is confirmed.", totpSecretSchema),
    ...problemAnswers(...SESSION_BODY_PROBLEMS, "conflict"),
    401: NOT_LOGGED_IN,
  },
});

export const confirmTotpRoute = createRoute({
  method: "post",
  path: "/second-factors/totp/confirm",
  operationId: "confirmTotp",
  summary: "Prove that your app has the secret",
  tags: ["auth"],
  security: BEARER_SECURITY,
  middleware,
  request: body(totpCodeSchema),
  responses: {
    200: answer("The secret is in use.", recoveryCodesSchema),
    ...problemAnswers(...SESSION_BODY_PROBLEMS),
  },
});

export const removeTotpRoute = createRoute({
  method: "post",
  path: "/second-factors/totp/remove",
  operationId: "removeTotp",
  summary: "Log in without codes from now on",
  tags: ["auth"],
  security: BEARER_SECURITY,
  middleware,
  request: body(ownerProofSchema),
  responses: {
    204: { description: "It is removed." },
    ...problemAnswers(...SESSION_BODY_PROBLEMS, "not-found", "conflict"),
    401: NOT_LOGGED_IN,
  },
});

export const recoveryCodesRoute = createRoute({
  method: "post",
  path: "/second-factors/recovery-codes",
  operationId: "makeRecoveryCodes",
  summary: "Get new recovery codes; the old ones are void",
  tags: ["auth"],
  security: BEARER_SECURITY,
  middleware,
  request: body(ownerProofSchema),
  responses: {
    200: answer("New codes.", recoveryCodesSchema),
    ...problemAnswers(...SESSION_BODY_PROBLEMS, "conflict"),
    401: NOT_LOGGED_IN,
  },
});

export const listPasskeysRoute = createRoute({
  method: "get",
  path: "/passkeys",
  operationId: "listPasskeys",
  summary: "Your passkeys, oldest first",
  tags: ["auth"],
  security: BEARER_SECURITY,
  responses: { 200: answer("Passkeys.", passkeysSchema), ...problemAnswers(...OWNER_PROBLEMS) },
});

export const beginPasskeyRoute = createRoute({
  method: "post",
  path: "/passkeys/options",
  operationId: "beginPasskey",
  summary: "Begin to make a passkey",
  tags: ["auth"],
  security: BEARER_SECURITY,
  middleware,
  request: body(ownerProofSchema),
  responses: {
    200: answer("For the browser.", passkeyOptionsSchema),
    ...problemAnswers(...SESSION_BODY_PROBLEMS, "conflict"),
    401: NOT_LOGGED_IN,
  },
});

export const makePasskeyRoute = createRoute({
  method: "post",
  path: "/passkeys",
  operationId: "makePasskey",
  summary: "Store the passkey that the browser made",
  tags: ["auth"],
  security: BEARER_SECURITY,
  middleware,
  request: body(newPasskeySchema),
  responses: { 201: answer("It is in use.", madePasskeySchema), ...problemAnswers(...SESSION_BODY_PROBLEMS) },
});

export const removePasskeyRoute = createRoute({
  method: "post",
  path: "/passkeys/{id}/remove",
  operationId: "removePasskey",
  summary: "Remove a passkey",
  tags: ["auth"],
  security: BEARER_SECURITY,
  middleware,
  request: { params: passkeyParamsSchema, ...body(ownerProofSchema) },
  responses: {
    204: { description: "It is removed." },
    ...problemAnswers(...SESSION_BODY_PROBLEMS, "not-found", "conflict"),
    401: NOT_LOGGED_IN,
  },
});
