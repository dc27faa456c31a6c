/** The table of archives that owners asked for. */
export const ACCOUNT_EXPORT_SQL = `
-- An archive that an owner asked for; its file is sealed under a key made of the owner's. state: running, ready or failed.
CREATE TABLE account_export (
  id TEXT PRIMARY KEY, owner TEXT NOT NULL, created_at INTEGER NOT NULL, state TEXT NOT NULL, bytes INTEGER NOT NULL,
  sealing_key INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX account_export_owner ON account_export (owner);
`;
