import type { Database } from "@purrimeter/database/open-database";

/** Inserts a row whose columns are the program's own words; the row's number. */
export function insertRow(
  database: Database,
  table: string,
  row: Readonly<Record<string, string | number | Buffer | null>>,
): number {
  const columns = Object.keys(row);
  const values = columns.map((column) => `@${column}`);
  const sql = `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${values.join(", ")})`;
  return Number(database.prepare(sql).run(row).lastInsertRowid);
}
