import {
  vaultLoginSchema,
  vaultSecretsSchema,
  vaultServerSchema,
  type SecretsConfig,
  type VaultConfig,
} from "@purrimeter/secrets/secrets-config";
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import type { DataFiles } from "./data-files.ts";
import type { HolderName } from "./secret-holder.ts";
import { failed, type Failure } from "../terminal/failure.ts";

/** Where a holder's secrets are, besides its folder: becomes `secrets` of its configuration. */
export type SecretsOf = (holder: HolderName) => Partial<SecretsConfig>;

const processSchema = z.strictObject({ login: vaultLoginSchema, secrets: vaultSecretsSchema.optional() });

type VaultProcess = z.output<typeof processSchema>;

/** DIR/vault.json: one Vault, and each process's own role and secret in it. Nothing in it is secret. */
const vaultFileSchema = vaultServerSchema.extend({
  address: z.url("This must be a URL."),
  processes: z.record(z.string(), processSchema),
});

/**
 * Reads DIR/vault.json, if there is one; it has to name each of the holders. `refuseGenerated`: keys that purrimeter
 * generated are no secrets.
 */
export function readSecretsOf(
  files: DataFiles,
  holders: readonly HolderName[],
  refuseGenerated: boolean,
): SecretsOf | Failure {
  if (!existsSync(files.vault)) return () => ({ refuseGenerated });
  const parsed = vaultFileSchema.safeParse(parseJson(readFileSync(files.vault, "utf8")));
  if (!parsed.success) {
    const faults = parsed.error.issues.map(
      ({ path: at, message }) => `${at.join(".") || "file"}: ${message}`,
    );
    return failed(`${files.vault}: ${faults.join("; ")}`);
  }
  const { processes, ownerKeys, ...server } = parsed.data;
  const missing = holders.filter(({ name }) => processes[name] === undefined);
  if (missing.length > 0)
    return failed(`${files.vault}: processes: ${missing.map(({ name }) => name).join(", ")} is missing`);
  return ({ name, usesOwnerKeys }) => {
    const process = processes[name] as VaultProcess;
    const vault: VaultConfig = { ...server, ...process, ...(usesOwnerKeys && { ownerKeys }) };
    return { refuseGenerated, vault };
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
