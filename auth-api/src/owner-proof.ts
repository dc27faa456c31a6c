import { z } from "@hono/zod-openapi";
import { codeSchema, passwordSchema } from "./fields.ts";
import { assertionSchema } from "./webauthn.ts";

/** Asked for once more before what cannot be taken back: all that a login asks for. */
export const ownerProofSchema = z
  .strictObject({
    password: passwordSchema,
    code: codeSchema.optional(),
    passkey: assertionSchema.optional().openapi({
      description:
        "To the options that POST /v1/auth/login/passkey/options gives for the refusal's challenge.",
    }),
  })
  .openapi("OwnerProof");
