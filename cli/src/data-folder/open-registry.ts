import type { Time } from "@purrimeter/service/time";
import type { KeyRing } from "@purrimeter/secrets/key-ring";
import { openStore, type Store } from "@purrimeter/store/open-store";
import type { TagRegistry } from "@purrimeter/store/tag-registry";
import type { DataFiles } from "./data-files.ts";
import { databaseOf } from "./lost-files.ts";
import { OPERATOR } from "./operator.ts";
import { isInUse } from "./run-lock.ts";
import { withData } from "./with-data.ts";
import type { Failure } from "../terminal/failure.ts";
import { createLog, errorCode } from "@purrimeter/service/log";
import { utcSeconds } from "../terminal/utc.ts";

/** The locations' database and the owners' keys, with the operator's secrets. */
export interface OperatorStore {
  readonly store: Store;
  readonly keyRing: KeyRing;
}

/** Lets `use` work on the registry of tags of a data folder, with the operator's secrets. Services may be running. */
export async function withRegistry<Result extends object>(
  files: DataFiles,
  time: Time,
  use: (registry: TagRegistry) => Promise<Result | Failure>,
): Promise<Result | Failure> {
  return withOperatorStore(files, time, ({ store }) => use(store.registry));
}

/** The same with all that the operator may use. */
export async function withOperatorStore<Result extends object>(
  files: DataFiles,
  time: Time,
  use: (opened: OperatorStore) => Promise<Result | Failure>,
): Promise<Result | Failure> {
  return withData(
    files,
    {
      holder: OPERATOR,
      open: (secrets) => {
        const keyRing = secrets.keyRing(files.keyRing);
        const { installation, databaseMustExist: mustExist } = databaseOf(files, "locations.db");
        const store = openStore({
          path: files.locations,
          installation,
          mustExist,
          databaseKey: secrets.readKey("database-key"),
          keyRing,
          erasureList: files.erasures,
          audit: { key: secrets.readKey("audit-key"), time, failed: sayUnsigned },
          mayMigrate: !isInUse(files.run),
          now: () => utcSeconds(time),
          monotonicMs: () => time.monotonicMs(),
        });
        return { resource: { store, keyRing }, close: () => store.close() };
      },
    },
    use,
  );
}

function sayUnsigned(error: unknown): void {
  const log = createLog("cli", { write: (line: string) => void process.stderr.write(line) });
  log.error("the audit trail is not signed", { event: "audit.unsigned", code: errorCode(error) });
}
