import type { KeyRing } from "./key-ring/key-ring.ts";
import { openSealedKeyFile } from "./key-ring/sealed-key-file.ts";
import { TransitKeyRing } from "./key-ring/transit-key-ring.ts";
import { openSource, type OpenedSource, type OpenSourceOptions } from "./open-source.ts";

/** Where to find the secrets of one process. */
export type OpenSecretsOptions = OpenSourceOptions;

/** The secrets of one process, and the owners' keys. */
export interface Secrets extends Omit<OpenedSource, "ownerKeys"> {
  /** The owners' keys: in Vault's Transit where the configuration says so, otherwise in the sealed file at `path`. */
  keyRing(path: string): KeyRing;
}

/** Opens files and, where it is configured, Vault. Throws SecretError or VaultError, each one clear line. */
export async function openSecrets(options: OpenSecretsOptions): Promise<Secrets> {
  const { ownerKeys, ...source } = await openSource(options);
  const inVault = ownerKeys && new TransitKeyRing(ownerKeys.session, ownerKeys.mount);
  return {
    ...source,
    keyRing: (path) => inVault ?? openSealedKeyFile(path, source.readKey("key-ring-key")),
  };
}
