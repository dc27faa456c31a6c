import { createRoute, z } from "@hono/zod-openapi";
import { deviceMarkHeaders } from "./device-marks.ts";
import { challengeSchema, deviceSchema, nameSchema, timeSchema } from "./fields.ts";
import { ownerProofSchema } from "./owner-proof.ts";
import {
  notLoggedIn,
  OPEN_PROBLEMS,
  problemAnswers,
  SESSION_BODY_PROBLEMS,
  SESSION_PROBLEMS,
} from "./problem-answers.ts";
import { answer, BEARER_SECURITY, body, TAGS } from "./route-parts.ts";
import { LOGGED_IN } from "./tokens.ts";
import { assertionSchema, attestationSchema, base64urlSchema } from "./webauthn.ts";

export type { Assertion, Attestation } from "./webauthn.ts";

const challengeBody = z.strictObject({ challenge: challengeSchema }).openapi("PasskeyChallenge");

const passkeyLoginSchema = z
  .strictObject({ challenge: challengeSchema, response: assertionSchema, device: deviceSchema })
  .openapi("PasskeyLogin");

const newPasskeySchema = z
  .strictObject({ name: nameSchema, response: attestationSchema })
  .openapi("NewPasskey");

const optionsSchema = z.object({ options: z.record(z.string(), z.unknown()) }).openapi("PasskeyOptions", {
  description: "For PublicKeyCredential.parseCreationOptionsFromJSON or parseRequestOptionsFromJSON.",
});

const madePasskeySchema = z
  .object({ id: z.string(), recoveryCodes: z.array(z.string()) })
  .openapi("MadePasskey", {
    description: "With the first second factor come recovery codes, shown this once.",
  });

const passkeySchema = z
  .object({ id: z.string(), name: z.string(), createdAt: timeSchema, usedAt: timeSchema.nullable() })
  .openapi("Passkey");

const passkeysSchema = z.object({ items: z.array(passkeySchema) }).openapi("PasskeyList");

/** Begins the second step of a login with a passkey. */
export const passkeyLoginOptionsRoute = createRoute({
  method: "post",
  path: "/login/passkey/options",
  operationId: "beginPasskeyLogin",
  summary: "Begin the second step of a login with a passkey",
  tags: TAGS,
  request: body(challengeBody),
  responses: {
    200: answer("For the browser.", optionsSchema),
    ...problemAnswers(...OPEN_PROBLEMS, "wrong-credentials"),
  },
});

/** The second step of a login, with a passkey. */
export const passkeyLoginRoute = createRoute({
  method: "post",
  path: "/login/passkey",
  operationId: "passkeyLogin",
  summary: "Finish a login with a passkey",
  tags: TAGS,
  request: { headers: deviceMarkHeaders, ...body(passkeyLoginSchema) },
  responses: { 200: LOGGED_IN, ...problemAnswers(...OPEN_PROBLEMS, "wrong-credentials") },
});

/** Lists passkeys. */
export const listPasskeysRoute = createRoute({
  method: "get",
  path: "/passkeys",
  operationId: "listPasskeys",
  summary: "Your passkeys, oldest first",
  tags: TAGS,
  security: BEARER_SECURITY,
  responses: { 200: answer("Passkeys.", passkeysSchema), ...problemAnswers(...SESSION_PROBLEMS) },
});

/** Begins making a passkey. */
export const beginPasskeyRoute = createRoute({
  method: "post",
  path: "/passkeys/options",
  operationId: "beginPasskey",
  summary: "Begin to make a passkey",
  tags: TAGS,
  security: BEARER_SECURITY,
  request: body(ownerProofSchema),
  responses: {
    200: answer("For the browser.", optionsSchema),
    ...problemAnswers(...SESSION_BODY_PROBLEMS, "mail-not-verified", "conflict"),
    401: notLoggedIn("unauthenticated"),
  },
});

/** Stores a passkey. */
export const makePasskeyRoute = createRoute({
  method: "post",
  path: "/passkeys",
  operationId: "makePasskey",
  summary: "Store the passkey that the browser made",
  tags: TAGS,
  security: BEARER_SECURITY,
  request: body(newPasskeySchema),
  responses: {
    201: answer("It is in use.", madePasskeySchema),
    ...problemAnswers(...SESSION_BODY_PROBLEMS, "mail-not-verified"),
  },
});

/** Takes a passkey away. */
export const removePasskeyRoute = createRoute({
  method: "post",
  path: "/passkeys/{id}/remove",
  operationId: "removePasskey",
  summary: "Remove a passkey",
  tags: TAGS,
  security: BEARER_SECURITY,
  request: { params: z.object({ id: base64urlSchema.min(1) }), ...body(ownerProofSchema) },
  responses: {
    204: { description: "It is removed." },
    ...problemAnswers(...SESSION_BODY_PROBLEMS, "not-found", "conflict"),
    401: notLoggedIn("unauthenticated"),
  },
});
