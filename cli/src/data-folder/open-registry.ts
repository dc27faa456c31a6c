import type { KeyRing } from "@purrimeter/secrets/key-ring";
import { KeyRingError } from "@purrimeter/secrets/sealed-key-file";
import { SecretError } from "@purrimeter/secrets/secret-source";
import { OpenDatabaseError } from "@purrimeter/database/open-database";
import { openSecrets, type Secrets } from "@purrimeter/secrets/open-secrets";
import { openStore, type Store } from "@purrimeter/store/open-store";
import type { TagRegistry } from "@purrimeter/store/tag-registry";
import { VaultError } from "@purrimeter/secrets/vault-error";
import type { DataFiles } from "./data-files.ts";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";
import { openData } from "./prepare-data.ts";
import { nowS } from "../terminal/now.ts";
import { readSecretsOf } from "./secrets-of.ts";

/** The locations' database and the owners' keys, with the operator's secrets. */
export interface OperatorStore {
  readonly store: Store;
  readonly keyRing: KeyRing;
}

const KNOWN = [SecretError, KeyRingError, OpenDatabaseError, VaultError];

/** Lets `use` work on the registry of tags of a data folder, with the operator's secrets. Services may be running. */
export async function withRegistry<Result extends object>(
  files: DataFiles,
  use: (registry: TagRegistry) => Promise<Result | Failure>,
): Promise<Result | Failure> {
  return withOperatorStore(files, ({ store }) => use(store.registry));
}

/** The same with all that the operator may use. */
export async function withOperatorStore<Result extends object>(
  files: DataFiles,
  use: (opened: OperatorStore) => Promise<Result | Failure>,
): Promise<Result | Failure> {
  const opened = openData(files);
  if (opened === undefined)
    return failed(`${files.folder} holds no data of purrimeter; make it with "purrimeter start"`);
  if (isFailure(opened)) return opened;
  const secretsOf = readSecretsOf(files, false);
  if (isFailure(secretsOf)) return secretsOf;
  try {
    const config = { folder: files.secrets("operator"), ...secretsOf("operator") };
    return await useStore(files, await openSecrets({ process: "operator", config }), use);
  } catch (error) {
    if (KNOWN.some((kind) => error instanceof kind) && error instanceof Error) return failed(error.message);
    throw error;
  }
}

async function useStore<Result extends object>(
  files: DataFiles,
  secrets: Secrets,
  use: (opened: OperatorStore) => Promise<Result | Failure>,
): Promise<Result | Failure> {
  let store: Store | undefined;
  try {
    const keyRing = secrets.keyRing(files.keyRing);
    store = openStore({
      path: files.locations,
      databaseKey: secrets.readKey("database-key"),
      keyRing,
      now: nowS,
      monotonicMs: () => performance.now(),
    });
    return await use({ store, keyRing });
  } finally {
    await store?.close();
    await secrets.close();
  }
}
