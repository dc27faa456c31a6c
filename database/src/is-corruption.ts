import BetterSqlite3 from "better-sqlite3";

/** Whether an error says that what is on disk is not what was written: a page that fails its check, or a broken tree. */
export function isCorruption(error: unknown): boolean {
  if (!(error instanceof BetterSqlite3.SqliteError)) return false;
  return error.code.startsWith("SQLITE_CORRUPT") || error.code === "SQLITE_NOTADB";
}

/** What `read` gives, or `otherwise` when it meets a page that cannot be read. Not inside a transaction: all of it fails. */
export function unlessCorrupt<Result, Otherwise>(
  read: () => Result,
  otherwise: Otherwise,
): Result | Otherwise {
  try {
    return read();
  } catch (error) {
    if (isCorruption(error)) return otherwise;
    throw error;
  }
}
