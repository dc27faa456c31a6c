import { z } from "@hono/zod-openapi";

const MAX_FIELD_LENGTH = 3_072;

/** Bytes, as browsers write them. */
export const base64url = z
  .string()
  .max(MAX_FIELD_LENGTH)
  .regex(/^[\w-]*$/u, "This is not base64url.");

/** What all answers of a browser about a passkey have. */
export const credential = {
  id: base64url,
  rawId: base64url,
  type: z.literal("public-key"),
  authenticatorAttachment: z.enum(["platform", "cross-platform"]).optional(),
  clientExtensionResults: z.record(z.string(), z.unknown()).default({}),
};

/** What `navigator.credentials.get()` gives, as JSON (WebAuthn level 3, 5.1). */
export const assertionSchema = z
  .strictObject({
    ...credential,
    response: z.strictObject({
      clientDataJSON: base64url,
      authenticatorData: base64url,
      signature: base64url,
      userHandle: base64url.nullish(),
    }),
  })
  .openapi("AuthenticationResponse");
