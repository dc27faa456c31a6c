import { openAccounts, type OpenAccounts } from "@purrimeter/auth/open-accounts";
import { AUTH_MIGRATIONS } from "@purrimeter/auth/schema";
import { createLog } from "@purrimeter/service/log";
import { systemTime } from "@purrimeter/service/system-time";
import { openDatabase, OpenDatabaseError } from "@purrimeter/database/open-database";
import { openSecrets, type Secrets } from "@purrimeter/secrets/open-secrets";
import { SecretError } from "@purrimeter/secrets/secret-source";
import { VaultError } from "@purrimeter/secrets/vault-error";
import { existsSync } from "node:fs";
import type { DataFiles } from "./data-files.ts";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";
import { openData } from "./prepare-data.ts";
import { readSecretsOf } from "./secrets-of.ts";

const KNOWN = [SecretError, OpenDatabaseError, VaultError];

/**
 * Lets `use` work on the accounts of a data folder, with the authentication service's own secrets: whoever may read
 * those may do all that it does. Services may be running.
 */
export async function withAccounts<Result extends object>(
  files: DataFiles,
  use: (opened: OpenAccounts) => Promise<Result | Failure>,
): Promise<Result | Failure> {
  const opened = openData(files);
  if (opened === undefined || !existsSync(files.accounts))
    return failed(`${files.folder} holds no accounts of purrimeter; make them with "purrimeter start"`);
  if (isFailure(opened)) return opened;
  const secretsOf = readSecretsOf(files, false);
  if (isFailure(secretsOf)) return secretsOf;
  try {
    const config = { folder: files.secrets("auth"), ...secretsOf("auth") };
    return await useAccounts(files, await openSecrets({ process: "auth", config }), use);
  } catch (error) {
    if (KNOWN.some((kind) => error instanceof kind) && error instanceof Error) return failed(error.message);
    throw error;
  }
}

async function useAccounts<Result extends object>(
  files: DataFiles,
  secrets: Secrets,
  use: (opened: OpenAccounts) => Promise<Result | Failure>,
): Promise<Result | Failure> {
  let accounts: OpenAccounts | undefined;
  try {
    const databaseKey = secrets.readKey("database-key");
    accounts = await openAccounts({
      database: openDatabase({ path: files.accounts, key: databaseKey, migrations: AUTH_MIGRATIONS }),
      databaseKey,
      log: createLog("cli", { write: (line: string) => void process.stderr.write(line) }),
      time: systemTime,
      listener: () => undefined,
    });
    return await use(accounts);
  } finally {
    await accounts?.database.destroy();
    await secrets.close();
  }
}
