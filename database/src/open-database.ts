import BetterSqlite3 from "better-sqlite3";
import { randomUUID } from "node:crypto";
import { chmodSync, closeSync, constants, existsSync, linkSync, openSync, rmSync } from "node:fs";
import { systemTime } from "@purrimeter/service/system-time";
import { belongTo } from "./installation.ts";
import { migrate, MigrationError, schemaVersion, type Migration } from "./migrate.ts";
import { copyBeforeMigration, NoRoomError } from "./migration-copy.ts";

export type Database = BetterSqlite3.Database;

/** Why a database cannot be used. */
export type OpenDatabaseReason =
  | "wrong-key-or-no-database"
  | "newer-schema"
  | "older-schema"
  | "cannot-open"
  | "cannot-migrate"
  | "missing"
  | "another-installation";

/** The message is one clear line that names the file and no secret. */
export class OpenDatabaseError extends Error {
  override readonly name = "OpenDatabaseError";
  readonly reason: OpenDatabaseReason;

  constructor(reason: OpenDatabaseReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** How long a writer waits for another process. */
const BUSY_TIMEOUT_MS = 5_000;
/** Pages kept in memory. */
const CACHE_KIB = 16_384;

export interface OpenDatabaseOptions {
  readonly path: string;
  /** 32 bytes. */
  readonly key: Buffer;
  readonly migrations: readonly Migration[];
  /** Whether a file that is missing was lost: it is refused then and not created. False unless given. */
  readonly mustExist?: boolean | undefined;
  /** Id of the installation that the database belongs to; the schema has a table for it (see installation.ts). */
  readonly installation?: string | undefined;
  /** Whether an older schema may be brought up to date; otherwise it is refused: somebody else may be using it. True unless given. */
  readonly mayMigrate?: boolean | undefined;
  /** UTC, for the name of the copy; the machine's unless given. */
  readonly utcMs?: () => number;
}

/**
 * Opens (creating it when it is missing, mode 0600) a SQLite file whose every page is AES-256, and brings its schema up
 * to date; before an older schema changes, the file is copied (see migration-copy.ts). WAL, synchronous FULL,
 * secure_delete, foreign keys. Throws OpenDatabaseError.
 */
export function openDatabase(options: OpenDatabaseOptions): Database {
  const { path, key } = options;
  if (key.length !== 32) throw new Error("a database key has 32 bytes");
  if (options.mustExist === true && !existsSync(path)) throw missing(path);
  createPrivately(path, key);
  const database = new BetterSqlite3(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    unlock(database, path, key);
    configure(database);
    migrateOrExplain(database, options);
    if (options.installation !== undefined) refuseAnother(database, path, options.installation);
    return database;
  } catch (error) {
    database.close();
    throw named(path, error);
  }
}

/** A fault of SQLite says which file it is about. */
function named(path: string, error: unknown): unknown {
  if (!(error instanceof BetterSqlite3.SqliteError)) return error;
  return new OpenDatabaseError("cannot-open", `database ${path}: ${error.message} (${error.code})`);
}

/**
 * Opens a database to look at it: nothing of it is changed, its schema neither. Throws OpenDatabaseError when it is
 * missing or the key is another.
 */
export function openToRead(path: string, key: Buffer): Database {
  if (!existsSync(path)) throw missing(path);
  const database = new BetterSqlite3(path, { timeout: BUSY_TIMEOUT_MS, fileMustExist: true });
  try {
    unlock(database, path, key);
    database.pragma("query_only=ON");
    return database;
  } catch (error) {
    database.close();
    throw named(path, error);
  }
}

function missing(path: string): OpenDatabaseError {
  const message = `database ${path} is missing: restore the newest copy of it from a backup`;
  return new OpenDatabaseError("missing", message);
}

function refuseAnother(database: Database, path: string, installation: string): void {
  if (belongTo(database, installation)) return;
  const message = `database ${path} belongs to another installation: restore this one's own`;
  throw new OpenDatabaseError("another-installation", message);
}

/** SQLite would create the file as the umask says; its journal files follow the mode of the database. */
function createPrivately(path: string, key: Buffer): void {
  try {
    if (!existsSync(path)) createWhole(path, key);
    chmodSync(path, 0o600);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown fault";
    throw new OpenDatabaseError("cannot-open", `database ${path} cannot be opened (${code})`);
  }
}

/**
 * Two processes may start on a new folder at once. One that opens the other's file while its first page is being written
 * takes it for none of ours, so a new file appears under its name when that page is there.
 */
function createWhole(path: string, key: Buffer): void {
  const draft = `${path}.${randomUUID()}`;
  closeSync(openSync(draft, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600));
  try {
    const database = new BetterSqlite3(draft);
    setKey(database, key);
    database.pragma("journal_mode=WAL");
    database.close();
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(draft);
  }
}

/** The library's default cipher is ChaCha20, and a key that is not given as raw bytes is stretched by PBKDF2. */
function setKey(database: Database, key: Buffer): void {
  database.pragma("cipher='sqlcipher'");
  database.pragma(`key="x'${key.toString("hex")}'"`);
}

function unlock(database: Database, path: string, key: Buffer): void {
  setKey(database, key);
  try {
    database.prepare("SELECT count(*) FROM sqlite_master").get();
  } catch (error) {
    if (error instanceof BetterSqlite3.SqliteError && error.code === "SQLITE_NOTADB")
      throw new OpenDatabaseError("wrong-key-or-no-database", `database ${path}: wrong key, or no database`);
    throw error;
  }
}

function configure(database: Database): void {
  database.pragma("journal_mode=WAL");
  database.pragma("synchronous=FULL");
  database.pragma("secure_delete=ON");
  database.pragma("temp_store=MEMORY");
  database.pragma("foreign_keys=ON");
  database.pragma(`cache_size=${-CACHE_KIB}`);
}

function migrateOrExplain(database: Database, options: OpenDatabaseOptions): void {
  const { path, migrations, mayMigrate = true } = options;
  const version = schemaVersion(database);
  if (!mayMigrate && version > 0 && version < migrations.length)
    throw older(path, version, migrations.length);
  const outcome = explained(options, () =>
    migrate(database, migrations, (found) => copyFirst(options, found)),
  );
  if (outcome.kind === "migrated") return;
  const message = `database ${path} has schema ${outcome.found}, this program knows up to ${migrations.length}: start a newer one`;
  throw new OpenDatabaseError("newer-schema", message);
}

function older(path: string, found: number, known: number): OpenDatabaseError {
  return new OpenDatabaseError(
    "older-schema",
    `database ${path} has schema ${found}, this program needs ${known}, and services of an older version run on it: stop them first`,
  );
}

function explained<Result>({ path }: OpenDatabaseOptions, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof MigrationError || error instanceof NoRoomError)
      throw new OpenDatabaseError("cannot-migrate", `database ${path} is as it was: ${error.message}`);
    throw error;
  }
}

/** By a connection of its own: the other one is in the transaction that keeps writers away. */
function copyFirst(
  { path, key, utcMs = () => systemTime.utcMs() }: OpenDatabaseOptions,
  found: number,
): void {
  const reader = openToRead(path, key);
  try {
    copyBeforeMigration(reader, path, found, new Date(utcMs()));
  } finally {
    reader.close();
  }
}
