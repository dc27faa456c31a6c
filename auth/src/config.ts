import { z } from "@hono/zod-openapi";
import { readFileSync } from "node:fs";

const path = z.string().min(1).max(4_096);
const text = z.string().min(1).max(256);

const header = text.regex(/^[^\r\n]+$/u);

/** A folder that gets a file per message, or a mail server (its user's password is the secret `smtp-password`). */
const mailSchema = z.union([
  z.strictObject({ folder: path, from: header, linkBase: z.url() }),
  z.strictObject({
    smtp: z.strictObject({
      host: text,
      port: z.int().min(1).max(65_535),
      /** Who logs in; without it nobody does. */
      user: text.optional(),
      /** Implicit on port 465 and STARTTLS on others, unless given. */
      tls: z.enum(["implicit", "starttls"]).optional(),
      authority: path.optional(),
    }),
    from: header,
    linkBase: z.url(),
  }),
]);

/** Configuration of the service; files are named by path, secrets are not in it. */
export const configSchema = z.strictObject({
  host: text,
  port: z.int().min(0).max(65_535),
  database: path,
  tls: z.strictObject({ certificate: path, authority: path }),
  issuer: text,
  audience: text,
  /** Host name and origins of the pages that use passkeys; this machine, any port of which the gateway has, by default. */
  passkeys: z
    .strictObject({ id: text, origins: z.array(z.url()).min(1).max(8) })
    .default({ id: "localhost", origins: ["https://localhost:8443"] }),
  /** Where the secrets are: parseSecretsConfig of the store knows. */
  secrets: z.unknown().optional(),
  /** Without it no mail is sent, and the log says so. */
  mail: mailSchema.optional(),
});

/** The validated configuration. */
export type Config = z.infer<typeof configSchema>;

/** Reads the file; throws an error whose message is one clear line. */
export function readConfig(file: string): Config {
  const result = configSchema.safeParse(parseFile(file));
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path: at, message }) => `${at.join(".") || "file"}: ${message}`);
  throw new Error(`${file}: ${faults.join("; ")}`);
}

function parseFile(file: string): unknown {
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`${file} cannot be read`, { cause: error });
  }
  try {
    return JSON.parse(content) as unknown;
  } catch (error) {
    throw new Error(`${file} is no JSON`, { cause: error });
  }
}
