import type BetterSqlite3 from "better-sqlite3";

export type Database = BetterSqlite3.Database;

/** One step of a schema: run once, in a transaction, in order of its place in the list. Never changed once released. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/** Why a database cannot be used. */
export type OpenDatabaseReason = "wrong-key-or-no-database" | "newer-schema" | "cannot-open";

/** The message is one clear line that names the file and no secret. */
export class OpenDatabaseError extends Error {
  override readonly name = "OpenDatabaseError";
  readonly reason: OpenDatabaseReason;

  constructor(reason: OpenDatabaseReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

export interface OpenDatabaseOptions {
  readonly path: string;
  /** 32 bytes. */
  readonly key: Buffer;
  readonly migrations: readonly Migration[];
  /** How long a writer waits for another process, 5,000 ms by default. */
  readonly busyTimeoutMs?: number;
  /** Pages kept in memory, 16 MiB by default. */
  readonly cacheKiB?: number;
}

/**
 * Opens (creating it when it is missing, mode 0600) a SQLite file whose every page is AES-256, and brings its schema up
 * to date. WAL, synchronous FULL, secure_delete, foreign keys. Throws OpenDatabaseError.
 */
export declare function openDatabase(options: OpenDatabaseOptions): Database;
