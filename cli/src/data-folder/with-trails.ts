import { AuditKeys } from "@purrimeter/audit/audit-keys";
import {
  checkpointFileOf,
  readCheckpointFile,
  type ReadCheckpoints,
} from "@purrimeter/audit/checkpoint-file";
import { Trail } from "@purrimeter/audit/trail";
import { openToRead, type Database } from "@purrimeter/database/open-database";
import { existsSync } from "node:fs";
import type { DataFiles } from "./data-files.ts";
import type { HolderName } from "./secret-holder.ts";
import { OPERATOR } from "./operator.ts";
import { withData } from "./with-data.ts";
import { failed, type Failure } from "../terminal/failure.ts";

/** Names of the trees, one for each database. */
export const TREES = ["accounts", "locations"] as const;

export type TreeName = (typeof TREES)[number];

/** A trail that is only looked at, with the checkpoints beside its database. */
export interface ReadTrail {
  readonly trail: Trail;
  readonly keys: AuditKeys;
  readonly own: ReadCheckpoints;
}

interface Place {
  readonly path: string;
  readonly holder: HolderName;
}

function placeOf(files: DataFiles, tree: TreeName): Place {
  switch (tree) {
    case "accounts":
      return { path: files.accounts, holder: { name: "auth", usesOwnerKeys: false } };
    case "locations":
      return { path: files.locations, holder: { name: OPERATOR.name, usesOwnerKeys: false } };
  }
}

/** Lets `use` look at the trail of a database. Nothing of it is changed; services may be running. */
export async function withTrail<Result extends object>(
  files: DataFiles,
  tree: TreeName,
  use: (opened: ReadTrail) => Result | Failure,
): Promise<Result | Failure> {
  const { path, holder } = placeOf(files, tree);
  if (!existsSync(path))
    return failed(`${files.folder} holds no ${tree} of purrimeter; make them with "purrimeter start"`);
  return withData(
    files,
    {
      holder,
      open: (secrets) => {
        const database = openToRead(path, secrets.readKey("database-key"));
        const keys = new AuditKeys(secrets.readKey("audit-key"));
        return { resource: { database, keys }, close: () => Promise.resolve(void database.close()) };
      },
    },
    ({ database, keys }) => Promise.try(() => useTrail({ database, keys, path, tree }, use)),
  );
}

function useTrail<Result extends object>(
  { database, keys, path, tree }: { database: Database; keys: AuditKeys; path: string; tree: TreeName },
  use: (opened: ReadTrail) => Result | Failure,
): Result | Failure {
  const hasTrail = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'trail'").get() !== undefined;
  if (!hasTrail) return failed(`${path} is of an earlier version; run "purrimeter start" once`);
  // First the checkpoints: rows that are added meanwhile are under later ones.
  const own = readCheckpointFile(checkpointFileOf(path), keys.verifying);
  const look = database.transaction(() => use({ trail: new Trail({ database, tree, keys }), keys, own }));
  return look();
}
