import type BetterSqlite3 from "better-sqlite3";

/** One step of a schema: run once, in a transaction, in order of its place in the list. Never changed once released. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

export type MigrateOutcome =
  | { readonly kind: "migrated"; readonly steps: number }
  | { readonly kind: "newer-schema"; readonly found: number };

/**
 * Brings a database forward to the last of the migrations; user_version counts those done. All steps are one
 * transaction, taken at once for writing, so that of two processes that start together one waits and finds it done.
 */
export function migrate(database: BetterSqlite3.Database, migrations: readonly Migration[]): MigrateOutcome {
  const found = schemaVersion(database);
  if (found > migrations.length) return { kind: "newer-schema", found };
  if (found === migrations.length) return { kind: "migrated", steps: 0 };
  const run = database.transaction(() => runFrom(database, migrations));
  return { kind: "migrated", steps: run.immediate() };
}

function runFrom(database: BetterSqlite3.Database, migrations: readonly Migration[]): number {
  const todo = migrations.slice(schemaVersion(database));
  for (const { sql } of todo) database.exec(sql);
  database.pragma(`user_version=${migrations.length}`);
  return todo.length;
}

function schemaVersion(database: BetterSqlite3.Database): number {
  return database.pragma("user_version", { simple: true }) as number;
}
