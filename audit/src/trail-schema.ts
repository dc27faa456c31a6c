import type { TableEntry } from "@purrimeter/database/table-entry";

/** Tables of a trail, for the migrations of the database that has one. */
export const TRAIL_SQL = `
CREATE TABLE trail (
  -- Numbers are given once, also after rows were taken out.
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  -- The entry; null once it is older than the trail keeps contents.
  at INTEGER, event TEXT, actor TEXT, account TEXT, subject TEXT, network TEXT, count INTEGER,
  leaf BLOB NOT NULL, nodes BLOB NOT NULL, mac BLOB NOT NULL) STRICT;
CREATE INDEX trail_at ON trail (at) WHERE at IS NOT NULL;
CREATE INDEX trail_actor ON trail (actor, number) WHERE actor <> '';
CREATE INDEX trail_account ON trail (account, number) WHERE account <> '';
-- Under which pseudonym an account is in the trail; without its row nobody can tell whose an entry is.
CREATE TABLE trail_name (account TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT, WITHOUT ROWID;
`;

/** The trail in a registry of tables. */
export const TRAIL_TABLE: TableEntry<never> = {
  table: "trail",
  key: ["number"],
  whose: "installation",
  kept: { until: "expired", when: "never; what a row says goes after 400 days, its hash stays" },
  exported: { as: "trail" },
  erased: { never: "evidence against misuse must outlive the account; it names pseudonyms only" },
};

/** The tables of a trail, for the type of a database's schema. */
export interface TrailTables {
  trail: {
    number: number;
    at: number | null;
    event: string | null;
    actor: string | null;
    account: string | null;
    subject: string | null;
    network: string | null;
    count: number | null;
    leaf: Buffer;
    nodes: Buffer;
    mac: Buffer;
  };
  trail_name: { account: string; name: string };
}
