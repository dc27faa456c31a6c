import { hostSchema, pathSchema, portSchema, SERVICE_CONFIG } from "@purrimeter/service/config-schemas";
import { z } from "zod";

const text = z.string().min(1).max(256);

const header = text.regex(/^[^\r\n]+$/u);

/** A folder that gets a file per message, or a mail server (its user's password is the secret `smtp-password`). */
const mailSchema = z.union([
  z.strictObject({
    folder: pathSchema,
    /** Whether messages are sealed there under the secret `mail-key`; a mail program that picks them up cannot read them then. */
    isSealed: z.boolean().default(false),
    from: header,
  }),
  z.strictObject({
    smtp: z.strictObject({
      host: text,
      port: z.int().min(1).max(65_535),
      /** Who logs in; without it nobody does. */
      user: text.optional(),
      /** Implicit on port 465 and STARTTLS on others, unless given. */
      tls: z.enum(["implicit", "starttls"]).optional(),
      authority: pathSchema.optional(),
    }),
    from: header,
  }),
]);

/** Configuration of the service; files are named by path, secrets are not in it. */
export const configSchema = z.strictObject({
  ...SERVICE_CONFIG,
  host: hostSchema,
  port: portSchema,
  tls: z.strictObject({ certificate: pathSchema, authority: pathSchema }),
  /** Without it no mail is sent, and each attempt says so. */
  mail: mailSchema.optional(),
  push: z.strictObject({
    /** At which push services reach the operator (RFC 8292, section 2.1). */
    subject: z.url({ protocol: /^(?:https|mailto)$/u }),
    /** Page that a push leads to unless it says another. */
    navigate: z.url({ protocol: /^https$/u }),
  }),
  /** Networks besides the public one that messages may go to. */
  allowedNetworks: z
    .array(z.union([z.cidrv4(), z.cidrv6()]))
    .max(32)
    .default([]),
  /** PEM of authorities that endpoints' certificates may have besides the system's. */
  authority: pathSchema.optional(),
});

/** The validated configuration. */
export type Config = z.infer<typeof configSchema>;
