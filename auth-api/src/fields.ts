import { z } from "@hono/zod-openapi";
import {
  MAX_CODE_LENGTH,
  MAX_DEVICE_LENGTH,
  MAX_MAIL_LENGTH,
  MAX_NAME_LENGTH,
  MAX_PASSWORD_UNITS,
  MAX_PURPOSE_TOKEN_LENGTH,
} from "./limits.ts";
import { asMailAddress } from "./mail-address.ts";

/** A mail address, parsed to the form by which accounts are found. */
export const mailSchema = z
  .string()
  .max(MAX_MAIL_LENGTH)
  .transform((text, context) => {
    const mail = asMailAddress(text);
    if (mail !== undefined) return mail;
    context.addIssue({ code: "custom", message: "This is not a mail address." });
    return z.NEVER;
  })
  .openapi({ type: "string", maxLength: MAX_MAIL_LENGTH, format: "email", example: "mia@example.org" });

/** In which language somebody is written to. */
export const languageSchema = z.enum(["en", "de"]).openapi("Language", { description: "Of messages." });

/** A password as typed. Length and strength of a new one are judged by the authentication service. */
export const passwordSchema = z
  .string()
  .min(1)
  .max(MAX_PASSWORD_UNITS)
  .refine((text) => text.isWellFormed(), "This is not well-formed Unicode text.")
  .openapi({ format: "password" });

/** What the list of sessions calls the session that begins. */
export const deviceSchema = z
  .string()
  .max(MAX_DEVICE_LENGTH)
  .optional()
  .openapi({ description: "What the list of sessions calls it.", example: "Mia's phone" });

/** From an authenticator app, or a recovery code. */
export const codeSchema = z
  .string()
  .min(1)
  .max(MAX_CODE_LENGTH)
  .openapi({ description: "From the authenticator app, or a recovery code." });

/** What a login that needs a second factor answered with. */
export const challengeSchema = z
  .string()
  .min(1)
  .max(MAX_PURPOSE_TOKEN_LENGTH)
  .openapi({ description: "As the login gave it." });

/** The token of a link in a mail. */
export const mailTokenSchema = z
  .string()
  .min(1)
  .max(MAX_PURPOSE_TOKEN_LENGTH)
  .openapi({ description: "From the mail's link." });

/** The name that an owner gives a passkey or a personal access token. */
export const nameSchema = z.string().min(1).max(MAX_NAME_LENGTH);

/** The id of an account, a session or a personal access token. */
export const ID = /^[0-9a-f]{32}$/;

/** Path of a session or a personal access token. */
export const idParamsSchema = z.object({ id: z.string().regex(ID, "This is not an id.") });

/** A time in an answer: RFC 3339 in UTC. */
export const timeSchema = z.string().openapi({ format: "date-time" });
