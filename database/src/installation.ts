import type BetterSqlite3 from "better-sqlite3";

/** For the schema of a database that knows to which installation it belongs: one row, from the migration on. */
export const INSTALLATION_SQL = `
CREATE TABLE installation (one INTEGER PRIMARY KEY CHECK (one = 1), id TEXT) STRICT;
INSERT INTO installation (one) VALUES (1);
`;

/** Says that a database belongs to an installation, unless it belongs to one. Whether it belongs to this one. */
export function belongTo(database: BetterSqlite3.Database, installation: string): boolean {
  const select = database.prepare<[], string | null>("SELECT id FROM installation").pluck();
  if (select.get() === null)
    database.prepare("UPDATE installation SET id = ? WHERE id IS NULL").run(installation);
  return select.get() === installation;
}
