import { openSealedKeyFile, KeyRingError } from "@purrimeter/store/sealed-key-file";
import { openSecretFolder, SecretError } from "@purrimeter/store/secret-source";
import { OpenDatabaseError } from "@purrimeter/store/open-database";
import { openStore } from "@purrimeter/store/open-store";
import type { TagRegistry } from "@purrimeter/store/tag-registry";
import type { DataFiles } from "./data-files.ts";
import { failed, isFailure, type Failure } from "./failure.ts";
import { openData } from "./prepare-data.ts";
import { nowS } from "./now.ts";

/** Lets `use` work on the registry of tags of a data folder, with the operator's secrets. Services may be running. */
export async function withRegistry<Result extends object>(
  files: DataFiles,
  use: (registry: TagRegistry) => Promise<Result | Failure>,
): Promise<Result | Failure> {
  const opened = openData(files);
  if (opened === undefined)
    return failed(`${files.folder} holds no data of purrimeter; make it with "purrimeter start"`);
  if (isFailure(opened)) return opened;
  try {
    return await useRegistry(files, use);
  } catch (error) {
    const known = [SecretError, KeyRingError, OpenDatabaseError].some((kind) => error instanceof kind);
    if (known && error instanceof Error) return failed(error.message);
    throw error;
  }
}

async function useRegistry<Result extends object>(
  files: DataFiles,
  use: (registry: TagRegistry) => Promise<Result | Failure>,
): Promise<Result | Failure> {
  const secrets = openSecretFolder(files.secrets("operator"));
  const store = openStore({
    path: files.locations,
    databaseKey: secrets.readKey("database-key"),
    keyRing: openSealedKeyFile(files.keyRing, secrets.readKey("key-ring-key")),
    now: nowS,
    monotonicMs: () => performance.now(),
  });
  try {
    return await use(store.registry);
  } finally {
    await store.close();
  }
}
