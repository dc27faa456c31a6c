import { createRoute, z } from "@hono/zod-openapi";
import { ownerProofSchema, tokensSchema } from "../http/credentials-schema.ts";
import { assertionSchema, base64url, credential } from "./assertion-schema.ts";
import { problemResponses } from "../http/problem-responses.ts";

const security = [{ bearer: [] }];
const json = <Schema extends z.ZodType>(schema: Schema) => ({ "application/json": { schema } });
const body = <Schema extends z.ZodType>(schema: Schema) => ({
  body: { required: true as const, content: json(schema) },
});

/** What `navigator.credentials.create()` gives, as JSON (WebAuthn level 3, 5.1). */
const registrationSchema = z
  .strictObject({
    ...credential,
    response: z.strictObject({
      clientDataJSON: base64url,
      attestationObject: base64url,
      authenticatorData: base64url.optional(),
      transports: z.array(z.string().max(32)).max(8).optional(),
      publicKey: base64url.optional(),
      publicKeyAlgorithm: z.int().optional(),
    }),
  })
  .openapi("RegistrationResponse");

const options = {
  description: "For PublicKeyCredential.parseCreationOptionsFromJSON or parseRequestOptionsFromJSON",
  content: json(z.strictObject({ options: z.record(z.string(), z.unknown()) })),
};
const loginChallenge = z.string().min(1).max(256);
const passkeyParams = { params: z.strictObject({ id: base64url }) };
const proofBody = body(ownerProofSchema);

/** Begins making a passkey. */
export const beginPasskeyRoute = createRoute({
  method: "post",
  path: "/passkeys/options",
  operationId: "beginPasskey",
  summary: "Begin to make a passkey",
  security,
  request: proofBody,
  responses: { 200: options, ...problemResponses(400, 401, 403, 409, 429, 503) },
});

/** Stores a passkey. */
export const makePasskeyRoute = createRoute({
  method: "post",
  path: "/passkeys",
  operationId: "makePasskey",
  summary: "Store the passkey that the browser made",
  security,
  request: body(z.strictObject({ name: z.string().min(1).max(64), response: registrationSchema })),
  responses: {
    201: {
      description: "In use. With the first second factor come recovery codes, shown this once.",
      content: json(z.strictObject({ id: z.string(), recoveryCodes: z.array(z.string()) })),
    },
    ...problemResponses(400, 401, 403),
  },
});

/** Lists passkeys. */
export const listPasskeysRoute = createRoute({
  method: "get",
  path: "/passkeys",
  operationId: "listPasskeys",
  summary: "Your passkeys, oldest first",
  security,
  responses: {
    200: {
      description: "Passkeys",
      content: json(
        z.strictObject({
          items: z.array(
            z.strictObject({
              id: z.string(),
              name: z.string(),
              createdAt: z.iso.datetime(),
              usedAt: z.iso.datetime().nullable(),
            }),
          ),
        }),
      ),
    },
    ...problemResponses(401, 403),
  },
});

/** Takes a passkey away. */
export const removePasskeyRoute = createRoute({
  method: "post",
  path: "/passkeys/{id}/remove",
  operationId: "removePasskey",
  summary: "Remove a passkey",
  security,
  request: { ...passkeyParams, ...proofBody },
  responses: { 204: { description: "Removed" }, ...problemResponses(400, 401, 403, 404, 409, 429, 503) },
});

/** Begins the second step of a login with a passkey. */
export const passkeyLoginOptionsRoute = createRoute({
  method: "post",
  path: "/login/passkey/options",
  operationId: "beginPasskeyLogin",
  summary: "Begin the second step of a login with a passkey",
  request: body(z.strictObject({ challenge: loginChallenge })),
  responses: { 200: options, ...problemResponses(400, 401, 429) },
});

/** Ends the second step of a login with a passkey. */
export const passkeyLoginRoute = createRoute({
  method: "post",
  path: "/login/passkey",
  operationId: "passkeyLogin",
  summary: "Finish a login with a passkey",
  request: body(
    z.strictObject({
      challenge: loginChallenge,
      response: assertionSchema,
      device: z.string().max(64).default(""),
    }),
  ),
  responses: {
    200: { description: "Tokens", content: json(tokensSchema) },
    ...problemResponses(400, 401, 429),
  },
});
