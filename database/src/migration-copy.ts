import type BetterSqlite3 from "better-sqlite3";
import { readdirSync, rmSync, statfsSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { copyDatabase } from "./copy-database.ts";

/** Copies from before a migration that are kept of each database. */
const KEPT = 2;
/** Room that is left free beside the copy. */
const SPARE_BYTES = 32 * 1_048_576;

/** There is no room for a copy. The message says how much is needed and free. */
export class NoRoomError extends Error {
  override readonly name = "NoRoomError";
}

/**
 * Copies a database before its schema changes, to `NAME.schema-VERSION.TIME` beside it, and deletes copies but the newest
 * two. `reader` is a connection that is in no transaction. Throws NoRoomError or SqliteError.
 */
export function copyBeforeMigration(
  reader: BetterSqlite3.Database,
  path: string,
  version: number,
  now: Date,
): string {
  const needed = sizeOf(path) + sizeOf(`${path}-wal`) + SPARE_BYTES;
  const { bavail, bsize } = statfsSync(dirname(path));
  if (bavail * bsize < needed)
    throw new NoRoomError(
      `a copy before the change of its schema needs ${mib(needed)} MiB, ${mib(bavail * bsize)} are free`,
    );
  const target = `${path}.schema-${version}.${now.toISOString().replaceAll(/[-:]|\.\d+/g, "")}`;
  // One of the same second is of a migration that failed.
  rmSync(target, { force: true });
  copyDatabase(reader, target);
  for (const old of migrationCopies(path).slice(0, -KEPT)) rmSync(old);
  return target;
}

/** Copies from before migrations, oldest first. */
function migrationCopies(path: string): string[] {
  const name = basename(path);
  const timeOf = (file: string): string => file.slice(file.lastIndexOf(".") + 1);
  return readdirSync(dirname(path))
    .filter((file) => file.startsWith(`${name}.schema-`) && /\.\d{8}T\d{6}Z$/.test(file))
    .sort((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1))
    .map((file) => join(dirname(path), file));
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function mib(bytes: number): number {
  return Math.ceil(bytes / 1_048_576);
}
