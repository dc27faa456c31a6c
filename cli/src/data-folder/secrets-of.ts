import type { SecretsConfig, VaultConfig } from "@purrimeter/secrets/secrets-config";
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import type { DataFiles, SecretHolder } from "./data-files.ts";
import { failed, type Failure } from "../terminal/failure.ts";

/** Where a process's secrets are, besides its folder: goes into its configuration as it stands. */
export type SecretsOf = (holder: SecretHolder) => Partial<SecretsConfig>;

const path = z.string().min(1);
const login = z.union([
  z.strictObject({ method: z.literal("approle"), mount: path.default("approle"), roleId: path }),
  z.strictObject({ method: z.literal("jwt"), mount: path.default("jwt"), role: path, jwtFile: path }),
]);
const holder = z.strictObject({
  login,
  secrets: z.strictObject({ mount: path.default("secret"), path }).optional(),
});

/** DIR/vault.json: one Vault, and each process's own role and secret in it. Nothing in it is secret. */
const vaultFileSchema = z.strictObject({
  address: z.url(),
  authority: path.optional(),
  namespace: path.optional(),
  /** Transit: the engine with the owners' keys, instead of the sealed file. */
  ownerKeys: z.strictObject({ mount: path.default("transit") }).optional(),
  processes: z.strictObject({ auth: holder, bridge: holder, "cloud-api": holder, operator: holder }),
});

type VaultFile = z.infer<typeof vaultFileSchema>;

/** Reads DIR/vault.json, if there is one. `refuseGenerated`: keys that purrimeter generated are no secrets. */
export function readSecretsOf(files: DataFiles, refuseGenerated: boolean): SecretsOf | Failure {
  if (!existsSync(files.vault)) return () => ({ refuseGenerated });
  const parsed = vaultFileSchema.safeParse(parseJson(readFileSync(files.vault, "utf8")));
  if (parsed.success) return (name) => ({ refuseGenerated, vault: vaultOf(parsed.data, name) });
  const faults = parsed.error.issues.map(({ path: at, message }) => `${at.join(".") || "file"}: ${message}`);
  return failed(`${files.vault}: ${faults.join("; ")}`);
}

/** The authentication service has no owners' keys to ask for. */
function vaultOf({ processes, ownerKeys, ...server }: VaultFile, name: SecretHolder): VaultConfig {
  return { ...server, ...processes[name], ...(name === "auth" ? {} : { ownerKeys }) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
