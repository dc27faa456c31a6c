import { createRoute, z } from "@hono/zod-openapi";
import { codeSchema } from "./fields.ts";
import { ownerProofSchema } from "./owner-proof.ts";
import { notLoggedIn, problemAnswers, SESSION_BODY_PROBLEMS, SESSION_PROBLEMS } from "./problem-answers.ts";
import { answer, BEARER_SECURITY, body, TAGS } from "./route-parts.ts";

const secondFactorsSchema = z
  .object({ totp: z.boolean(), recoveryCodesLeft: z.number().int() })
  .openapi("SecondFactors");

const totpSecretSchema = z.object({ secret: z.string(), uri: z.string() }).openapi("TotpSecret");

const totpCodeSchema = z.strictObject({ code: codeSchema }).openapi("TotpCode");

const recoveryCodesSchema = z
  .object({ recoveryCodes: z.array(z.string()) })
  .openapi("RecoveryCodes", { description: "Shown this once." });

/** What second factors the account has. */
export const listFactorsRoute = createRoute({
  method: "get",
  path: "/second-factors",
  operationId: "listSecondFactors",
  summary: "Your second factors",
  tags: TAGS,
  security: BEARER_SECURITY,
  responses: { 200: answer("What there is.", secondFactorsSchema), ...problemAnswers(...SESSION_PROBLEMS) },
});

/** Gives a TOTP secret. */
export const beginTotpRoute = createRoute({
  method: "post",
  path: "/second-factors/totp",
  operationId: "beginTotp",
  summary: "Get a secret for your authenticator app",
  tags: TAGS,
  security: BEARER_SECURITY,
  request: body(ownerProofSchema),
  responses: {
    201: answer("Not in use before it is confirmed.", totpSecretSchema),
    ...problemAnswers(...SESSION_BODY_PROBLEMS, "mail-not-verified", "conflict"),
    401: notLoggedIn("unauthenticated"),
  },
});

/** Puts the secret in use. */
export const confirmTotpRoute = createRoute({
  method: "post",
  path: "/second-factors/totp/confirm",
  operationId: "confirmTotp",
  summary: "Prove that your app has the secret",
  tags: TAGS,
  security: BEARER_SECURITY,
  request: body(totpCodeSchema),
  responses: {
    200: answer("The secret is in use.", recoveryCodesSchema),
    ...problemAnswers(...SESSION_BODY_PROBLEMS, "mail-not-verified"),
  },
});

/** Takes the authenticator app away. */
export const removeTotpRoute = createRoute({
  method: "post",
  path: "/second-factors/totp/remove",
  operationId: "removeTotp",
  summary: "Log in without codes from now on",
  tags: TAGS,
  security: BEARER_SECURITY,
  request: body(ownerProofSchema),
  responses: {
    204: { description: "It is removed." },
    ...problemAnswers(...SESSION_BODY_PROBLEMS, "not-found", "conflict"),
    401: notLoggedIn("unauthenticated"),
  },
});

/** Makes recovery codes anew. */
export const recoveryCodesRoute = createRoute({
  method: "post",
  path: "/second-factors/recovery-codes",
  operationId: "makeRecoveryCodes",
  summary: "Get new recovery codes; the old ones are void",
  tags: TAGS,
  security: BEARER_SECURITY,
  request: body(ownerProofSchema),
  responses: {
    200: answer("New codes.", recoveryCodesSchema),
    ...problemAnswers(...SESSION_BODY_PROBLEMS, "conflict"),
    401: notLoggedIn("unauthenticated"),
  },
});
