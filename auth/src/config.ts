import {
  DATABASE_CONFIG,
  hostSchema,
  pathSchema,
  portSchema,
  SERVICE_CONFIG,
} from "@purrimeter/service/config-schemas";
import { z } from "zod";

const text = z.string().min(1).max(256);

/** Who delivers mail, and what begins the links in it. */
const mailSchema = z.strictObject({
  /** The notifier, https://HOST:PORT; its certificate is of `tls.authority`, and ours lets us call it. */
  notifier: z.url({ protocol: /^https$/u }),
  linkBase: z.url(),
});

/** What operators are told, and where. The webhook's secret is `webhook-secret`. */
const alarmsSchema = z.strictObject({
  mailTo: z.array(text).max(8).default([]),
  webhook: z
    .strictObject({
      url: z.url({ protocol: /^https$/u }),
      authority: pathSchema.optional(),
      allowPrivate: z.boolean().default(false),
    })
    .optional(),
  digest: z.boolean().default(true),
  /** Files of signed checkpoints, whose newest ones are in the digest. */
  checkpoints: z.array(pathSchema).max(8).default([]),
  /** File with the time of the last backup, and how old that may be. */
  backup: z.strictObject({ record: pathSchema, days: z.int().min(1).max(3_650) }).optional(),
});

/** Configuration of the service; files are named by path, secrets are not in it. */
export const configSchema = z.strictObject({
  ...SERVICE_CONFIG,
  host: hostSchema,
  port: portSchema,
  ...DATABASE_CONFIG,
  tls: z.strictObject({ certificate: pathSchema, authority: pathSchema }),
  issuer: text,
  audience: text,
  /** Host name and origins of the pages that use passkeys; this machine, any port of it, by default. */
  passkeys: z
    .strictObject({ id: text, origins: z.array(z.url()).min(1).max(8) })
    .default({ id: "localhost", origins: ["https://localhost:8443"] }),
  /** Days until an account ends whose mail address nobody has verified. */
  unverifiedDays: z.int().min(1).max(3_650).default(7),
  /** Without it no mail is sent, and the log says so. */
  mail: mailSchema.optional(),
  /** Without it nobody is told of alarms, and they stay in log and metrics. */
  alarms: alarmsSchema.optional(),
});

/** The validated configuration. */
export type Config = z.infer<typeof configSchema>;
