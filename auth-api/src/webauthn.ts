import { z } from "@hono/zod-openapi";
import { MAX_PASSKEY_FIELD_LENGTH } from "./limits.ts";

/** Bytes, as browsers write them. */
export const base64urlSchema = z
  .string()
  .max(MAX_PASSKEY_FIELD_LENGTH)
  .regex(/^[\w-]*$/, "This is not base64url.");

const credential = {
  id: base64urlSchema,
  rawId: base64urlSchema,
  type: z.literal("public-key"),
  authenticatorAttachment: z.enum(["platform", "cross-platform"]).optional(),
  clientExtensionResults: z.record(z.string(), z.unknown()).optional(),
};

/** What `navigator.credentials.get()` gives, as JSON (WebAuthn level 3, 5.1). */
export const assertionSchema = z
  .strictObject({
    ...credential,
    response: z.strictObject({
      clientDataJSON: base64urlSchema,
      authenticatorData: base64urlSchema,
      signature: base64urlSchema,
      userHandle: base64urlSchema.nullish(),
    }),
  })
  .openapi("AuthenticationResponse", { description: "What navigator.credentials.get() gives, as JSON." });

/** What `navigator.credentials.create()` gives, as JSON (WebAuthn level 3, 5.1). */
export const attestationSchema = z
  .strictObject({
    ...credential,
    response: z.strictObject({
      clientDataJSON: base64urlSchema,
      attestationObject: base64urlSchema,
      authenticatorData: base64urlSchema.optional(),
      transports: z.array(z.string().max(32)).max(8).optional(),
      publicKey: base64urlSchema.optional(),
      publicKeyAlgorithm: z.number().int().optional(),
    }),
  })
  .openapi("RegistrationResponse", { description: "What navigator.credentials.create() gives, as JSON." });

/** An assertion as it is sent. */
export type Assertion = z.infer<typeof assertionSchema>;

/** An attestation as it is sent. */
export type Attestation = z.infer<typeof attestationSchema>;
