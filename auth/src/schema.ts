import type { MailPreferences } from "@purrimeter/auth-api/internal";
import { TRAIL_SQL, type TrailTables } from "@purrimeter/audit/trail-schema";
import { INSTALLATION_SQL } from "@purrimeter/database/installation";
import { clockSql } from "@purrimeter/database/clock-table";
import type { Migration } from "@purrimeter/database/migrate";
import type { Generated } from "kysely";

/** Tables of accounts.db. Times are seconds of UTC; ids are 32 hex digits of randomness. */
export interface AuthTables extends TrailTables {
  data_key: { name: string; wrapped: Uint8Array };
  account: {
    id: string;
    /** HMAC of the mail address; the address itself is only in `mail_sealed`. */
    mail_lookup: Uint8Array;
    mail_sealed: Uint8Array;
    password_tag: Uint8Array;
    password_salt: Uint8Array;
    password_memory_kib: number;
    password_passes: number;
    password_lanes: number;
    /** Seconds of UTC; 0 as long as nobody has shown to read the address. */
    mail_verified_at: Generated<number>;
    /** 1 when the password is too short to be the only factor. */
    password_short: Generated<number>;
    /** Space separated. */
    roles: string;
    created_at: number;
    /** 1: nobody logs in before the address is verified, and the account ends when it is not. 0 for accounts of earlier versions. */
    must_verify: Generated<number>;
    /** How many login links were used: a link is good for one number only. */
    links_used: Generated<number>;
    /** How the account is written to. */
    language: Generated<MailPreferences["language"]>;
    time_zone: Generated<string>;
  };
  session: {
    id: string;
    account: string;
    /** How often the refresh token has been exchanged; only the token of this generation is good. */
    generation: number;
    created_at: number;
    refreshed_at: number;
    /** What the owner calls the device, sealed; empty when nothing was said. */
    device_sealed: Uint8Array;
    /** 1 once the session's client was given a mark of its device. */
    is_marked: Generated<number>;
  };
  /** See sessions/familiar-devices.ts. */
  familiar_device: {
    account: string;
    hash: Uint8Array;
    used_at: number;
    /** 1 once the mark came back. */
    came_back: number;
  };
  totp: {
    account: string;
    secret_sealed: Uint8Array;
    /** 0 until the app has shown a code. */
    confirmed: number;
    /** Step of the last code that was used. */
    last_step: number;
  };
  recovery_code: { account: string; hash: Uint8Array };
  passkey: {
    /** The credential's id, base64url. */
    id: string;
    account: string;
    /** COSE key. */
    public_key: Uint8Array;
    /** Signature counter; 0 for passkeys that have none. */
    counter: number;
    name_sealed: Uint8Array;
    created_at: number;
    used_at: number;
  };
  personal_token: {
    id: string;
    account: string;
    hash: Uint8Array;
    name_sealed: Uint8Array;
    /** Space separated. */
    scopes: string;
    created_at: number;
    expires_at: number;
    /** To the hour; 0 for never. */
    used_at: number;
  };
  /** The chain of earlier versions, empty once it is taken over: see audit/take-over-chain.ts. */
  audit_event: {
    number: Generated<number>;
    at: number;
    event: string;
    account: string;
    session: string;
    network: string;
    previous: string;
    hash: string;
  };
  /** Sessions that ended while access tokens of them may live; `number` is the cursor of the feed. */
  ended_session: { number: Generated<number>; sid: string; until: number };
  /** Mail addresses that accounts are to have once somebody has shown to read them. */
  mail_change: { account: string; mail_sealed: Uint8Array; asked_at: number };
  /** Accounts that were closed, while something of them may be stored elsewhere: see erasure/erasures.ts. */
  erasure: {
    account: string;
    begun_at: number;
    /** 0 until cloud-api has erased everything for the first time. */
    erased_at: number;
  };
  /** To which installation the database belongs. */
  installation: { one: number; id: string | null };
  /** See @purrimeter/database/clock-table. */
  clock: { name: string; at: number };
  /** SQLite's own: the highest number that a table ever gave. */
  sqlite_sequence: { name: string; seq: number };
}

/** Steps of the schema, never changed once released. */
export const AUTH_MIGRATIONS: readonly Migration[] = [
  {
    name: "accounts and sessions",
    sql: `
      CREATE TABLE data_key (name TEXT PRIMARY KEY, wrapped BLOB NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE account (
        id TEXT PRIMARY KEY, mail_lookup BLOB NOT NULL UNIQUE, mail_sealed BLOB NOT NULL,
        password_tag BLOB NOT NULL, password_salt BLOB NOT NULL, password_memory_kib INTEGER NOT NULL,
        password_passes INTEGER NOT NULL, password_lanes INTEGER NOT NULL,
        roles TEXT NOT NULL, created_at INTEGER NOT NULL) STRICT;
      CREATE TABLE session (
        id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        generation INTEGER NOT NULL, created_at INTEGER NOT NULL, refreshed_at INTEGER NOT NULL) STRICT;
      CREATE INDEX session_account ON session (account, created_at);
      CREATE TABLE ended_session (
        number INTEGER PRIMARY KEY AUTOINCREMENT, sid TEXT NOT NULL, until INTEGER NOT NULL) STRICT;`,
  },
  {
    name: "named sessions and an audit trail",
    sql: `
      ALTER TABLE session ADD COLUMN device_sealed BLOB NOT NULL DEFAULT x'';
      CREATE TABLE audit_event (
        number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, event TEXT NOT NULL,
        account TEXT NOT NULL, session TEXT NOT NULL, network TEXT NOT NULL,
        previous TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
      CREATE INDEX audit_event_at ON audit_event (at);`,
  },
  {
    name: "second factors",
    sql: `
      ALTER TABLE account ADD COLUMN password_short INTEGER NOT NULL DEFAULT 0;
      CREATE TABLE totp (
        account TEXT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE, secret_sealed BLOB NOT NULL,
        confirmed INTEGER NOT NULL, last_step INTEGER NOT NULL) STRICT;
      CREATE TABLE recovery_code (
        account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, hash BLOB NOT NULL,
        PRIMARY KEY (account, hash)) STRICT, WITHOUT ROWID;`,
  },
  {
    name: "verified mail addresses",
    sql: "ALTER TABLE account ADD COLUMN mail_verified_at INTEGER NOT NULL DEFAULT 0;",
  },
  {
    name: "personal access tokens",
    sql: `
      CREATE TABLE personal_token (
        id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        hash BLOB NOT NULL UNIQUE, name_sealed BLOB NOT NULL, scopes TEXT NOT NULL,
        created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, used_at INTEGER NOT NULL) STRICT;
      CREATE INDEX personal_token_account ON personal_token (account);`,
  },
  {
    name: "passkeys",
    sql: `
      CREATE TABLE passkey (
        id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        public_key BLOB NOT NULL, counter INTEGER NOT NULL, name_sealed BLOB NOT NULL,
        created_at INTEGER NOT NULL, used_at INTEGER NOT NULL) STRICT;
      CREATE INDEX passkey_account ON passkey (account);`,
  },
  {
    name: "erased accounts",
    sql: `
      CREATE TABLE erasure (
        account TEXT PRIMARY KEY, begun_at INTEGER NOT NULL, erased_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;`,
  },
  {
    name: "changes of mail addresses",
    sql: `
      CREATE TABLE mail_change (
        account TEXT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE, mail_sealed BLOB NOT NULL,
        asked_at INTEGER NOT NULL) STRICT;`,
  },
  {
    name: "familiar devices, login links and accounts that must be verified",
    sql: `
      ALTER TABLE account ADD COLUMN must_verify INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE account ADD COLUMN links_used INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE session ADD COLUMN is_marked INTEGER NOT NULL DEFAULT 0;
      CREATE TABLE familiar_device (
        account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, hash BLOB NOT NULL,
        used_at INTEGER NOT NULL, came_back INTEGER NOT NULL,
        PRIMARY KEY (account, hash)) STRICT, WITHOUT ROWID;`,
  },
  { name: "installation", sql: INSTALLATION_SQL },
  {
    name: "trusted times",
    sql: clockSql("SELECT max(at) FROM audit_event"),
  },
  { name: "audit trail as a tree", sql: TRAIL_SQL },
  {
    name: "languages and time zones of accounts",
    sql: `
      ALTER TABLE account ADD COLUMN language TEXT NOT NULL DEFAULT 'en';
      ALTER TABLE account ADD COLUMN time_zone TEXT NOT NULL DEFAULT 'UTC';`,
  },
];
