import {
  DATABASE_CONFIG,
  hostSchema,
  pathSchema,
  portSchema,
  SERVICE_CONFIG,
} from "@purrimeter/service/config-schemas";
import { z } from "zod";

const https = z.url({ protocol: /^https$/u });

/** Configuration of the service; files are named by path, secrets are not in it. */
export const configSchema = z.strictObject({
  ...SERVICE_CONFIG,
  /** Of its metrics only: nobody connects to it otherwise. */
  host: hostSchema,
  port: portSchema,
  ...DATABASE_CONFIG,
  keyRing: pathSchema,
  /** Our certificate, which lets us call the others, and the authority of theirs. */
  tls: z.strictObject({ certificate: pathSchema, authority: pathSchema }),
  /** https://HOST:PORT of the process that delivers, and of the one that knows verified addresses. */
  notifier: https,
  auth: https,
  /** Where commits are told, http://127.0.0.1:PORT; looked for each 250 ms unless given. */
  commits: z
    .array(z.url({ protocol: /^http$/u, hostname: /^127\.0\.0\.1$/u }))
    .max(4)
    .default([]),
  /** Origin of the pages that links lead to; without it messages have no links. */
  publicUrl: https.optional(),
});

/** The validated configuration. */
export type Config = z.infer<typeof configSchema>;
