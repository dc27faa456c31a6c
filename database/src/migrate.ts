import type BetterSqlite3 from "better-sqlite3";

/** One step of a schema: run once, in a transaction, in order of its place in the list. Never changed once released. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

export type MigrateOutcome =
  | { readonly kind: "migrated"; readonly steps: number }
  | { readonly kind: "newer-schema"; readonly found: number };

/** A step that failed: nothing of the migration is left in the database. The message names the step and SQLite's reason. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
}

/** How long a process waits for another one that migrates the same database, copy included. */
const MIGRATION_TIMEOUT_MS = 600_000;

/**
 * Brings a database forward to the last of the migrations; user_version counts those done. All steps are one
 * transaction, taken at once for writing, so that of two processes that start together one waits and finds it done.
 * `before` is called in that transaction when a schema that exists is about to change, with its version; what it throws
 * ends the migration. Throws MigrationError.
 */
export function migrate(
  database: BetterSqlite3.Database,
  migrations: readonly Migration[],
  before: (found: number) => void = () => undefined,
): MigrateOutcome {
  const found = schemaVersion(database);
  if (found > migrations.length) return { kind: "newer-schema", found };
  if (found === migrations.length) return { kind: "migrated", steps: 0 };
  const run = database.transaction(() => runFrom(database, migrations, before));
  const timeoutMs = database.pragma("busy_timeout", { simple: true }) as number;
  database.pragma(`busy_timeout=${MIGRATION_TIMEOUT_MS}`);
  try {
    return { kind: "migrated", steps: run.immediate() };
  } finally {
    database.pragma(`busy_timeout=${timeoutMs}`);
  }
}

function runFrom(
  database: BetterSqlite3.Database,
  migrations: readonly Migration[],
  before: (found: number) => void,
): number {
  const found = schemaVersion(database);
  const todo = migrations.slice(found);
  if (found > 0 && todo.length > 0) before(found);
  for (const [i, migration] of todo.entries()) runStep(database, migration, found + i + 1);
  if (todo.length > 0) database.pragma(`user_version=${migrations.length}`);
  return todo.length;
}

function runStep(database: BetterSqlite3.Database, { name, sql }: Migration, number: number): void {
  try {
    database.exec(sql);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MigrationError(`step ${number} of its schema, "${name}", failed: ${reason}`, { cause: error });
  }
}

/** Version of the schema that the database has: the number of migrations done. */
export function schemaVersion(database: BetterSqlite3.Database): number {
  return database.pragma("user_version", { simple: true }) as number;
}
