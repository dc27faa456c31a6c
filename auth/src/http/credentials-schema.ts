import { z } from "@hono/zod-openapi";
import { asMailAddress, MAX_MAIL_LENGTH } from "../accounts/mail-address.ts";
import { assertionSchema } from "../passkeys/assertion-schema.ts";

/** Longer than any password that can be set: 128 characters of at most 4 UTF-16 units after normalisation. */
const MAX_PASSWORD_UNITS = 512;

/** Longer than any token of ours. */
const MAX_TOKEN_LENGTH = 2_048;

const MAX_DEVICE_LENGTH = 64;
const MAX_CODE_LENGTH = 64;

/** A mail address, in the form by which accounts are found. */
export const mailSchema = z
  .string()
  .max(MAX_MAIL_LENGTH)
  .transform((text, context) => {
    const mail = asMailAddress(text);
    if (mail !== undefined) return mail;
    context.addIssue({ code: "custom", message: "This is no mail address." });
    return z.NEVER;
  })
  .openapi({ type: "string", maxLength: MAX_MAIL_LENGTH, example: "mia@example.org" });

/** A password as somebody typed it. Length and strength of a new one are judged elsewhere. */
export const passwordSchema = z
  .string()
  .min(1)
  .max(MAX_PASSWORD_UNITS)
  .refine((text) => text.isWellFormed(), "This is no Unicode text.");

/** From an authenticator app, or a recovery code. */
export const codeSchema = z.string().min(1).max(MAX_CODE_LENGTH);

/** What shows once more that the owner asks. */
export const ownerProofSchema = z
  .strictObject({
    password: passwordSchema,
    code: codeSchema.optional().openapi({ description: "Where the account has a second factor." }),
    passkey: assertionSchema.optional(),
  })
  .openapi("OwnerProof");

/** What a registration and a login give. */
export const loginSchema = z
  .strictObject({
    email: mailSchema,
    password: passwordSchema,
    device: z
      .string()
      .max(MAX_DEVICE_LENGTH)
      .default("")
      .openapi({ description: "Shown in the list of sessions." }),
  })
  .openapi("Credentials");

/** A refresh token. */
export const refreshSchema = z
  .strictObject({ refreshToken: z.string().min(1).max(MAX_TOKEN_LENGTH) })
  .openapi("RefreshToken");

/** What a login, a registration and a refresh give. */
export const tokensSchema = z
  .strictObject({
    accessToken: z.string().openapi({ description: "Send as Authorization: Bearer." }),
    refreshToken: z.string().openapi({ description: "Works once; gives new tokens." }),
    expiresIn: z.int().openapi({ description: "Seconds that the access token lives.", example: 600 }),
  })
  .openapi("Tokens");

/** Problem details, RFC 9457. */
export const problemSchema = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z
      .array(z.strictObject({ field: z.string(), message: z.string(), limit: z.number().optional() }))
      .optional(),
  })
  .openapi("Problem");
