import type BetterSqlite3 from "better-sqlite3";
import { chmodSync, closeSync, fsyncSync, openSync, rmSync } from "node:fs";

/**
 * Writes a consistent copy of a database to a file that does not exist yet (mode 0600, on disk on return), ciphered with
 * the same key. Other processes may go on writing: the copy has what was committed when it began. Throws SqliteError, and
 * leaves no file then.
 */
export function copyDatabase(database: BetterSqlite3.Database, target: string): void {
  // SQLite writes into a file that is there and empty; one that others may read must never be there at all.
  closeSync(openSync(target, "wx", 0o600));
  const queryOnly = database.pragma("query_only", { simple: true }) as number;
  try {
    // SQLite takes the file for a write to the database itself.
    database.pragma("query_only=OFF");
    database.prepare("VACUUM INTO ?").run(target);
    chmodSync(target, 0o600);
    const file = openSync(target, "r");
    fsyncSync(file);
    closeSync(file);
  } catch (error) {
    rmSync(target, { force: true });
    throw error;
  } finally {
    database.pragma(`query_only=${queryOnly}`);
  }
}
