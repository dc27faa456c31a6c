import type { Time } from "@purrimeter/service/time";
import { openAccounts, type OpenAccounts } from "@purrimeter/auth/open-accounts";
import { AUTH_MIGRATIONS } from "@purrimeter/auth/schema";
import { openDatabase } from "@purrimeter/database/open-database";
import { createLog } from "@purrimeter/service/log";
import { existsSync } from "node:fs";
import type { DataFiles } from "./data-files.ts";
import { isInUse } from "./run-lock.ts";
import { withData } from "./with-data.ts";
import { failed, type Failure } from "../terminal/failure.ts";

/**
 * Lets `use` work on the accounts of a data folder, with the authentication service's own secrets: who may read those
 * may do all that it does. Services may be running.
 */
export async function withAccounts<Result extends object>(
  files: DataFiles,
  time: Time,
  use: (opened: OpenAccounts) => Promise<Result | Failure>,
): Promise<Result | Failure> {
  if (!existsSync(files.accounts))
    return failed(`${files.folder} holds no accounts of purrimeter; make them with "purrimeter start"`);
  return withData(
    files,
    {
      holder: { name: "auth", usesOwnerKeys: false },
      open: async (secrets) => {
        const databaseKey = secrets.readKey("database-key");
        const accounts = await openAccounts({
          database: openDatabase({
            path: files.accounts,
            key: databaseKey,
            migrations: AUTH_MIGRATIONS,
            mayMigrate: !isInUse(files.run),
          }),
          databaseKey,
          auditKey: secrets.readKey("audit-key"),
          log: createLog("cli", { write: (line: string) => void process.stderr.write(line) }),
          time,
          listener: () => undefined,
        });
        return { resource: accounts, close: () => close(accounts) };
      },
    },
    use,
  );
}

async function close({ audit, database }: OpenAccounts): Promise<void> {
  await audit.close();
  await database.destroy();
}
