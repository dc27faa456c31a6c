import BetterSqlite3 from "better-sqlite3";

/** Whether an error says that what is on disk is not what was written: a page that fails its check, or a broken tree. */
export function isCorruption(error: unknown): boolean {
  if (!(error instanceof BetterSqlite3.SqliteError)) return false;
  return error.code.startsWith("SQLITE_CORRUPT") || error.code === "SQLITE_NOTADB";
}
