import { fieldErrors } from "@purrimeter/service/field-errors";
import { z } from "zod";
import { SecretError } from "./sources/secret-source.ts";

const text = z.string().min(1).max(4_096);

/** A path inside Vault: it becomes a part of an address. */
const VAULT_PATH_PART = /^[A-Za-z0-9_-]+$/;
const vaultPath = text.refine(
  (path) => path.split("/").every((part) => VAULT_PATH_PART.test(part)),
  "This must be a path of letters, digits, -, _ and /.",
);

/** AppRole takes its secret id from the file `vault-secret-id`, JWT its token from a file that is read for each login. */
export const vaultLoginSchema = z.discriminatedUnion(
  "method",
  [
    z.strictObject({ method: z.literal("approle"), mount: vaultPath.default("approle"), roleId: text }),
    z.strictObject({
      method: z.literal("jwt"),
      mount: vaultPath.default("jwt"),
      role: text,
      jwtFile: text,
    }),
  ],
  { error: ({ code }) => (code === "invalid_union" ? 'This must be "approle" or "jwt".' : undefined) },
);

/** KV version 2: the secret whose fields are a process's secrets. */
export const vaultSecretsSchema = z.strictObject({ mount: vaultPath.default("secret"), path: vaultPath });

/** A Vault or OpenBao server, and its Transit engine with the owners' keys, where they are not in the sealed file. */
export const vaultServerSchema = z.strictObject({
  address: text,
  /** Path of the authority's certificate, PEM. */
  authority: text.optional(),
  namespace: text.optional(),
  ownerKeys: z.strictObject({ mount: vaultPath.default("transit") }).optional(),
});

const vaultSchema = vaultServerSchema.extend({
  login: vaultLoginSchema,
  secrets: vaultSecretsSchema.optional(),
});

/** Where a process's secrets are: the `secrets` of its configuration. Nothing in it is secret. */
const secretsConfigSchema = z.strictObject({
  /** Folder of files with secrets; $CREDENTIALS_DIRECTORY and the usual places where it is left out. */
  folder: text.optional(),
  /** Production: secrets that `purrimeter start` generated for development are refused. */
  refuseGenerated: z.boolean().default(false),
  vault: vaultSchema.optional(),
});

export type SecretsConfig = z.infer<typeof secretsConfigSchema>;

/** A Vault or OpenBao, and what this process has there. */
export type VaultConfig = z.infer<typeof vaultSchema>;

/** Reads the value; undefined is all defaults. Throws a SecretError that names each wrong field. */
export function parseSecretsConfig(value: unknown): SecretsConfig {
  const parsed = secretsConfigSchema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  const wrong = fieldErrors(parsed.error.issues, "").map(({ field, message }) =>
    field === "" ? `secrets: ${message}` : `secrets.${field}: ${message}`,
  );
  throw new SecretError(wrong.join("; "));
}
