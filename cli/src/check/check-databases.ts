import { AUTH_MIGRATIONS } from "@purrimeter/auth/schema";
import { checkDatabase, type DatabaseFault } from "@purrimeter/database/check-database";
import { isCorruption } from "@purrimeter/database/is-corruption";
import { schemaVersion } from "@purrimeter/database/migrate";
import { OpenDatabaseError, openToRead } from "@purrimeter/database/open-database";
import { MIGRATIONS } from "@purrimeter/store/migrations";
import { basename } from "node:path";
import type { DataFiles } from "../data-folder/data-files.ts";
import { OPERATOR } from "../data-folder/operator.ts";
import type { HolderName } from "../data-folder/secret-holder.ts";
import { withData } from "../data-folder/with-data.ts";
import { isFailure } from "../terminal/failure.ts";
import { fine, wrong, type Finding } from "./finding.ts";

const ACCOUNTS = { name: "auth", usesOwnerKeys: false };
const REPAIR = "restore it from a backup; what can be read is still served";

/** Reads every page of both databases, and compares their schemas with what this program knows. */
export async function checkDatabases(files: DataFiles): Promise<Finding[]> {
  return [
    await checkOne(files, files.accounts, ACCOUNTS, AUTH_MIGRATIONS.length),
    await checkOne(files, files.locations, OPERATOR, MIGRATIONS.length),
  ];
}

async function checkOne(files: DataFiles, path: string, holder: HolderName, known: number): Promise<Finding> {
  const name = basename(path);
  const close = (): Promise<void> => Promise.resolve();
  const checked = await withData(
    files,
    { holder, open: (secrets) => ({ resource: secrets.readKey("database-key"), close }) },
    (key) => Promise.try(() => ({ finding: findingOf(path, key, known) })),
  );
  return isFailure(checked) ? wrong(name, checked.failure) : checked.finding;
}

function findingOf(path: string, key: Buffer, known: number): Finding {
  const name = basename(path);
  try {
    const database = openToRead(path, key);
    try {
      const faults = checkDatabase(database, key);
      if (faults.length > 0) return wrong(name, `${faults.map(describe).join("; ")}: ${REPAIR}`);
      return schemaFinding(name, schemaVersion(database), known);
    } finally {
      database.close();
    }
  } catch (error) {
    if (error instanceof OpenDatabaseError) return wrong(name, error.message);
    if (isCorruption(error)) return wrong(name, `cannot be read at all: ${REPAIR}`);
    throw error;
  }
}

function schemaFinding(name: string, found: number, known: number): Finding {
  if (found > known)
    return wrong(name, `has schema ${found}, this program knows up to ${known}: use a newer one`);
  const older = found < known ? `; the next start changes it to ${known}, after a copy` : "";
  return fine(name, `every page is readable, schema ${found}${older}`);
}

function describe({ table, pages }: DatabaseFault): string {
  if (table === undefined) return `corrupt pages: ${pages.length === 0 ? "unknown" : pages.join(", ")}`;
  return pages.length === 0
    ? `table ${table} has a corrupt page`
    : `table ${table} has a corrupt page: ${pages.join(", ")}`;
}
