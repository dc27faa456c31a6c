import BetterSqlite3 from "better-sqlite3";

/** Faults of the disk and of other writers, which pass; every other fault is our own. */
export type StorageFault = "storage-full" | "busy";

/** What a fault thrown by SQLite or the file system means, or undefined when it is none of the storage. */
export function storageFaultOf(error: unknown): StorageFault | undefined {
  const code = (error as { code?: unknown }).code;
  if (code === "ENOSPC" || code === "EDQUOT") return "storage-full";
  if (!(error instanceof BetterSqlite3.SqliteError)) return undefined;
  // A write that the disk refuses comes as IOERR when SQLite had counted on the room (shared memory, journal).
  if (error.code === "SQLITE_FULL" || error.code.startsWith("SQLITE_IOERR")) return "storage-full";
  if (error.code.startsWith("SQLITE_BUSY")) return "busy";
  return undefined;
}
