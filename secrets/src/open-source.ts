import { readFileSync } from "node:fs";
import { openSecretPlaces, type SecretPlaces } from "./sources/secret-places.ts";
import { SecretError, secretSource, type FindSecret, type SecretSource } from "./sources/secret-source.ts";
import { parseSecretsConfig, type VaultConfig } from "./secrets-config.ts";
import { openVault } from "./vault/open-vault.ts";
import type { VaultError } from "./vault/vault-error.ts";
import type { VaultLogin } from "./vault/vault-login.ts";
import { readVaultSecrets } from "./vault/vault-secrets.ts";
import type { VaultSession } from "./vault/vault-session.ts";

/** Where to find the secrets of one process. */
export interface OpenSourceOptions extends Omit<SecretPlaces, "folder" | "refuseGenerated"> {
  /** The `secrets` of the process's configuration, as it stands there. */
  readonly config: unknown;
  /** Told when the login to Vault could not be kept up; it is tried again until it works. */
  readonly onFault?: (error: VaultError) => void;
}

/** The secrets of one process, all read at start. What Vault does not hold is looked for in files. */
export interface OpenedSource extends SecretSource {
  /** Where owners' keys are in a Vault, for a process that has them: the session is kept then. */
  readonly ownerKeys: { readonly session: VaultSession; readonly mount: string } | undefined;
  /** Reads those of Vault anew; files are read whenever they are asked for. */
  reload(): Promise<void>;
  /** Ends the session with Vault. */
  close(): Promise<void>;
}

/**
 * Opens files and, where it is configured, Vault, for a process without owners' keys: no code of a key ring is loaded. Throws
 * SecretError or VaultError, each one clear line.
 */
export async function openSource(options: OpenSourceOptions): Promise<OpenedSource> {
  const { folder, refuseGenerated, vault } = parseSecretsConfig(options.config);
  const files = openSecretPlaces({ ...options, folder, refuseGenerated });
  if (vault === undefined) return composed(files, undefined);
  const opened = await openVaultSecrets(vault, files, options.onFault);
  const { mount, path } = vault.secrets ?? { mount: "", path: "" };
  const place = `Vault (${mount}/${path}) and files`;
  const source = secretSource(vault.secrets === undefined ? "files" : place, (name) => {
    return opened.find(name) ?? (files.has(name) ? files.read(name) : undefined);
  });
  return composed(vault.secrets === undefined ? files : source, opened);
}

interface OpenedVault extends Omit<OpenedSource, keyof SecretSource> {
  find: FindSecret;
}

function composed(source: SecretSource, vault: OpenedVault | undefined): OpenedSource {
  return {
    ...source,
    ownerKeys: vault?.ownerKeys,
    reload: () => vault?.reload() ?? Promise.resolve(),
    close: () => vault?.close() ?? Promise.resolve(),
  };
}

/** A session is kept only for the owners' keys; one for reading secrets ends when they are read. */
async function openVaultSecrets(
  config: VaultConfig,
  files: SecretSource,
  onFault: ((error: VaultError) => void) | undefined,
): Promise<OpenedVault> {
  const login = loginOf(config, files);
  const open = () => openVault({ ...config, authority: pemOf(config.authority), login, onFault });
  const session = await open();
  const { ownerKeys } = config;
  const opened: OpenedVault = {
    find: await readOrClose(session, config),
    ownerKeys: ownerKeys && { session, mount: ownerKeys.mount },
    reload: async () => {
      const used = ownerKeys === undefined ? await open() : session;
      opened.find = await readOrClose(used, config, used !== session);
      if (used !== session) await used.close();
    },
    close: () => (ownerKeys === undefined ? Promise.resolve() : session.close()),
  };
  if (ownerKeys === undefined) await session.close();
  return opened;
}

async function readOrClose(
  session: VaultSession,
  { secrets }: VaultConfig,
  closes = true,
): Promise<FindSecret> {
  if (secrets === undefined) return () => undefined;
  try {
    return await readVaultSecrets(session, secrets);
  } catch (error) {
    if (closes) await session.close();
    throw error;
  }
}

function pemOf(path: string | undefined): string | undefined {
  try {
    return path === undefined ? undefined : readFileSync(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown fault";
    throw new SecretError(`the authority's certificate ${path} cannot be read (${code})`);
  }
}

function loginOf({ login }: VaultConfig, files: SecretSource): VaultLogin {
  if (login.method === "approle")
    return { ...login, secretId: () => files.read("vault-secret-id").toString("utf8").trim() };
  const { method, mount, role, jwtFile } = login;
  return { method, mount, role, jwt: () => readJwt(jwtFile) };
}

function readJwt(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown fault";
    throw new SecretError(`the token ${path} cannot be read (${code})`);
  }
}
