import { OpenDatabaseError } from "@purrimeter/database/open-database";
import { openSecrets, type Secrets } from "@purrimeter/secrets/open-secrets";
import { KeyRingError } from "@purrimeter/secrets/sealed-key-file";
import { SecretError } from "@purrimeter/secrets/secret-source";
import { VaultError } from "@purrimeter/secrets/vault-error";
import type { DataFiles } from "./data-files.ts";
import { readDataFormat } from "./data-format.ts";
import type { HolderName } from "./secret-holder.ts";
import { readSecretsOf } from "./secrets-of.ts";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";

/** What the world can be guilty of; anything else is a bug of ours. */
const KNOWN = [SecretError, KeyRingError, OpenDatabaseError, VaultError];

/** Something that was opened with secrets. */
interface Opened<Resource> {
  readonly resource: Resource;
  close(): Promise<void>;
}

/** How to open a part of a data folder, and with whose secrets. */
export interface DataPart<Resource> {
  readonly holder: HolderName;
  readonly open: (secrets: Secrets) => Promise<Opened<Resource>> | Opened<Resource>;
}

/** Lets `use` work on a part of a complete data folder, and closes it. Services may be running. */
export async function withData<Resource, Result extends object>(
  files: DataFiles,
  part: DataPart<Resource>,
  use: (resource: Resource) => Promise<Result | Failure>,
): Promise<Result | Failure> {
  const format = readDataFormat(files);
  if (format === undefined)
    return failed(`${files.folder} holds no data of purrimeter; make it with "purrimeter start"`);
  if (isFailure(format)) return format;
  const secretsOf = readSecretsOf(files, [part.holder], false);
  if (isFailure(secretsOf)) return secretsOf;
  try {
    const { name } = part.holder;
    const config = { folder: files.secrets(name), ...secretsOf(part.holder) };
    return await usePart(await openSecrets({ process: name, config }), part, use);
  } catch (error) {
    if (KNOWN.some((kind) => error instanceof kind) && error instanceof Error) return failed(error.message);
    throw error;
  }
}

async function usePart<Resource, Result extends object>(
  secrets: Secrets,
  { open }: DataPart<Resource>,
  use: (resource: Resource) => Promise<Result | Failure>,
): Promise<Result | Failure> {
  let opened: Opened<Resource> | undefined;
  try {
    opened = await open(secrets);
    return await use(opened.resource);
  } finally {
    await opened?.close();
    await secrets.close();
  }
}
