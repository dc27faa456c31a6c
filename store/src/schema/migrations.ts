import { TRAIL_SQL } from "@purrimeter/audit/trail-schema";
import { INSTALLATION_SQL } from "@purrimeter/database/installation";
import { clockSql } from "@purrimeter/database/clock-table";
import { ACCOUNT_EXPORT_SQL } from "./account-export-sql.ts";
import { ALERTS_SQL, CHANNEL_ATTEMPTS_SQL } from "./alerts-sql.ts";
import { COMMANDS_SQL, LOST_MODE_SQL } from "./commands-sql.ts";
import { REPORT_CUT_SQL } from "./report-cut-sql.ts";
import { RETENTION_SQL } from "./retention-sql.ts";
import type { Migration } from "@purrimeter/database/migrate";

/**
 * The schema of SQLite. What SQLite pays for at a commit is dirty pages, not rows: so the big table is only appended to
 * and has no index but its row number, and the tables that every commit touches are small, clustered and without
 * references to check.
 */
export const MIGRATIONS: readonly Migration[] = [
  {
    name: "tags, owners, reports",
    sql: `
-- A tag that exists, and whom it has as owner now. settings_change numbers all changes of wanted settings.
CREATE TABLE tag (
  id TEXT PRIMARY KEY, registered_at INTEGER NOT NULL, revoked_at INTEGER, claim_hash BLOB UNIQUE, ownership INTEGER,
  owned_before INTEGER NOT NULL DEFAULT 0, settings_version INTEGER NOT NULL DEFAULT 0,
  settings_change INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX tag_settings_change ON tag (settings_change);

-- What a tag says of itself.
CREATE TABLE tag_status (
  tag TEXT PRIMARY KEY, at INTEGER NOT NULL, online INTEGER NOT NULL, settings_version INTEGER NOT NULL,
  firmware TEXT NOT NULL, refused_version INTEGER, refused_reason TEXT
) STRICT, WITHOUT ROWID;

-- Keys that seal what locates a cat or a home, each wrapped by its owner's key in the key ring.
CREATE TABLE sealing_key (
  id INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL, wrapped BLOB NOT NULL
) STRICT;
CREATE INDEX sealing_key_owner ON sealing_key (owner);
CREATE TABLE owner (
  id TEXT PRIMARY KEY, sealing_key INTEGER NOT NULL REFERENCES sealing_key
) STRICT, WITHOUT ROWID;

-- The time that a tag belongs to an owner, with a key of its own.
CREATE TABLE ownership (
  id INTEGER PRIMARY KEY AUTOINCREMENT, tag TEXT NOT NULL REFERENCES tag, owner TEXT NOT NULL,
  sealing_key INTEGER NOT NULL, started_at INTEGER NOT NULL, ended_at INTEGER, entries_from INTEGER NOT NULL,
  name BLOB NOT NULL, fix_interval_s INTEGER NOT NULL, report_interval_s INTEGER NOT NULL
) STRICT;
CREATE INDEX ownership_owner ON ownership (owner, tag);
CREATE INDEX ownership_ended ON ownership (ended_at) WHERE ended_at IS NOT NULL;

-- Shape and name sealed. A deleted one keeps its name for the events that speak of it.
CREATE TABLE geofence (
  id TEXT PRIMARY KEY, owner TEXT NOT NULL, version INTEGER NOT NULL, created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL, deleted_at INTEGER, sealing_key INTEGER NOT NULL, sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX geofence_owner ON geofence (owner, id);
CREATE INDEX geofence_deleted ON geofence (deleted_at) WHERE deleted_at IS NOT NULL;

-- By which small number a tag knew a geofence, from which version of its settings to before which.
CREATE TABLE assignment (
  ownership INTEGER NOT NULL, ref INTEGER NOT NULL, since_version INTEGER NOT NULL, until_version INTEGER,
  geofence TEXT NOT NULL, vertices INTEGER NOT NULL, PRIMARY KEY (ownership, ref, since_version)
) STRICT, WITHOUT ROWID;
CREATE INDEX assignment_geofence ON assignment (geofence);

-- A sealed piece of a report: entries of one UTC day. previous is the piece before it of the same day and ownership.
CREATE TABLE report (
  id INTEGER PRIMARY KEY, previous INTEGER, ownership INTEGER NOT NULL, epoch INTEGER NOT NULL, first INTEGER NOT NULL,
  first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, received_at INTEGER NOT NULL, sealing_key INTEGER NOT NULL,
  sealed BLOB NOT NULL
) STRICT;

-- Heads of the chains of pieces. By day first: all tags of today share a few pages.
CREATE TABLE tag_day (
  day INTEGER NOT NULL, ownership INTEGER NOT NULL, last_report INTEGER NOT NULL, keep_day INTEGER NOT NULL,
  PRIMARY KEY (day, ownership)
) STRICT, WITHOUT ROWID;
CREATE INDEX tag_day_keep ON tag_day (keep_day);

-- Which numbers of the present epoch are stored, and what is newest.
CREATE TABLE tag_progress (
  ownership INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, settled INTEGER NOT NULL, spans BLOB NOT NULL,
  last_heard_at INTEGER NOT NULL, battery_percent INTEGER, battery_at INTEGER NOT NULL, latest_report INTEGER,
  latest_at INTEGER NOT NULL, latest_epoch INTEGER NOT NULL, latest_number INTEGER NOT NULL
) STRICT;
CREATE TABLE past_epoch (
  ownership INTEGER NOT NULL, epoch INTEGER NOT NULL, settled INTEGER NOT NULL, spans BLOB NOT NULL,
  left_at INTEGER NOT NULL, PRIMARY KEY (ownership, epoch)
) STRICT, WITHOUT ROWID;

-- Numbers that will never come.
CREATE TABLE hole (
  ownership INTEGER NOT NULL, epoch INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
  at INTEGER NOT NULL, PRIMARY KEY (ownership, epoch, first)
) STRICT, WITHOUT ROWID;
CREATE INDEX hole_at ON hole (at);

CREATE TABLE event (
  ownership INTEGER NOT NULL, at INTEGER NOT NULL, epoch INTEGER NOT NULL, number INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL, keep_day INTEGER NOT NULL, geofence TEXT, sealing_key INTEGER NOT NULL,
  sealed BLOB NOT NULL, PRIMARY KEY (ownership, at, epoch, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX event_keep ON event (keep_day);

-- Transitions that somebody is yet to be told of, written with the transition itself.
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT, ownership INTEGER NOT NULL, at INTEGER NOT NULL, epoch INTEGER NOT NULL,
  number INTEGER NOT NULL, created_at INTEGER NOT NULL
) STRICT;

-- Reports that could not be decoded.
CREATE TABLE set_aside (
  id INTEGER PRIMARY KEY AUTOINCREMENT, ownership INTEGER NOT NULL, at INTEGER NOT NULL, reason TEXT NOT NULL,
  sealing_key INTEGER NOT NULL, sealed BLOB NOT NULL
) STRICT;
CREATE INDEX set_aside_ownership ON set_aside (ownership, id);
CREATE TABLE set_aside_count (ownership INTEGER PRIMARY KEY, count INTEGER NOT NULL) STRICT;
`,
  },
  {
    name: "shares, transfers, found tags",
    sql: `
-- What is printed on the tag for whoever finds it; public, and none of its owner.
ALTER TABLE tag ADD COLUMN printed_code TEXT;
CREATE UNIQUE INDEX tag_printed_code ON tag (printed_code) WHERE printed_code IS NOT NULL;

-- Who may look at a tag in an ownership: an invitation while viewer is null. name is the owner's word for the viewer, sealed.
CREATE TABLE share (
  id TEXT PRIMARY KEY, ownership INTEGER NOT NULL, kind TEXT NOT NULL, created_at INTEGER NOT NULL,
  history_from INTEGER NOT NULL, ends_at INTEGER, code_hash BLOB UNIQUE, code_expires_at INTEGER NOT NULL, viewer TEXT,
  accepted_at INTEGER, sealing_key INTEGER NOT NULL, name BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX share_ownership ON share (ownership);
CREATE INDEX share_viewer ON share (viewer) WHERE viewer IS NOT NULL;

-- A tag on its way to another account: at most one for each ownership.
CREATE TABLE transfer (
  ownership INTEGER PRIMARY KEY, code_hash BLOB UNIQUE, offered_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  recipient TEXT, accepted_at INTEGER, check_number TEXT
) STRICT;

-- What finders wrote, sealed for the owner.
CREATE TABLE found_report (
  id INTEGER PRIMARY KEY AUTOINCREMENT, ownership INTEGER NOT NULL, at INTEGER NOT NULL, sealing_key INTEGER NOT NULL,
  sealed BLOB NOT NULL
) STRICT;
CREATE INDEX found_report_ownership ON found_report (ownership, id);
`,
  },
  {
    name: "bounds of a day",
    sql: `
-- Entries under that day, at most MAX_ENTRIES_A_DAY; those of an earlier version are not counted.
ALTER TABLE tag_day ADD COLUMN entries INTEGER NOT NULL DEFAULT 0;
-- Whether a location is in it, so that a reader of locations opens no others.
ALTER TABLE report ADD COLUMN has_fix INTEGER NOT NULL DEFAULT 1;
`,
  },
  {
    name: "installation and known owners",
    sql: `
${INSTALLATION_SQL}
-- Owners for whom a key was made, written before the key is: a key ring that has others is newer than this database.
-- knows_owners: 0 until those are listed whose keys were made before there was a list.
CREATE TABLE known_owner (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
INSERT INTO known_owner SELECT DISTINCT owner FROM sealing_key;
ALTER TABLE installation ADD COLUMN knows_owners INTEGER NOT NULL DEFAULT 1;
UPDATE installation SET knows_owners = NOT EXISTS (SELECT 1 FROM tag);
`,
  },
  {
    name: "trusted times",
    sql: clockSql("SELECT max(received_at) FROM report"),
  },
  {
    name: "addresses of finders",
    sql: `
-- Keyed hash of the finder's address, under the owner's key; null in rows of an earlier version.
ALTER TABLE found_report ADD COLUMN address_hash BLOB;
`,
  },
  {
    name: "first settings of an ownership",
    sql: `
-- A transition by earlier settings is by a former owner's geofence; 0 where nobody owned the tag before.
ALTER TABLE ownership ADD COLUMN settings_from INTEGER NOT NULL DEFAULT 0;
`,
  },
  {
    name: "place of the battery",
    sql: `
-- Which entry said it: within an epoch numbers order, not times, which a tag may not know. -1: not known.
ALTER TABLE tag_progress ADD COLUMN battery_epoch INTEGER NOT NULL DEFAULT -1;
ALTER TABLE tag_progress ADD COLUMN battery_number INTEGER NOT NULL DEFAULT 0;
`,
  },
  {
    name: "battery by number",
    sql: `
-- The health entry that the battery is of is the newest by number, in the epoch that began last.
UPDATE tag_progress SET battery_epoch = epoch WHERE battery_epoch = -1;
ALTER TABLE tag_progress DROP COLUMN battery_at;
`,
  },
  {
    name: "transitions in the outbox",
    sql: `
-- The transition as its event has it, with the last known side: whether it is an escape. Null in rows of an earlier version.
ALTER TABLE outbox ADD COLUMN sealing_key INTEGER;
ALTER TABLE outbox ADD COLUMN sealed BLOB;
`,
  },
  {
    name: "many sessions of a tag",
    sql: `
-- When the bridge last refused sessions of the tag's certificate because there were too many; null: never in this ownership.
ALTER TABLE ownership ADD COLUMN many_sessions_at INTEGER;
`,
  },
  {
    name: "end of the last ownership",
    sql: `
-- The later of the server's time then and of the tag's newest fix; 0: none has ended. The next ownership is later.
ALTER TABLE tag ADD COLUMN last_owned_at INTEGER NOT NULL DEFAULT 0;
UPDATE tag SET last_owned_at = coalesce(
  (SELECT max(ended_at) FROM ownership WHERE ownership.tag = tag.id), 0);
`,
  },
  {
    name: "wire versions and detection",
    sql: `
-- Newest wire version that the tag reads, by its last online status; 1 until one says another.
ALTER TABLE tag_status ADD COLUMN wire_version INTEGER NOT NULL DEFAULT 1;
-- How much evidence a change of side takes: quick, usual or quiet.
ALTER TABLE ownership ADD COLUMN detection TEXT NOT NULL DEFAULT 'usual';
`,
  },
  {
    name: "answers to commands",
    sql: `
-- What a tag says that it did with a command. No place is in it.
CREATE TABLE command_answer (
  ownership INTEGER NOT NULL, command INTEGER NOT NULL, epoch INTEGER NOT NULL, number INTEGER NOT NULL,
  at INTEGER NOT NULL, recorded_at INTEGER NOT NULL, keep_day INTEGER NOT NULL, outcome TEXT NOT NULL,
  PRIMARY KEY (ownership, command, epoch, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX command_answer_keep ON command_answer (keep_day);
`,
  },
  { name: "audit trail", sql: TRAIL_SQL },
  { name: "retention by owner", sql: RETENTION_SQL },
  { name: "archives of accounts", sql: ACCOUNT_EXPORT_SQL },
  { name: "newest reports that were deleted", sql: REPORT_CUT_SQL },
  {
    name: "flags of shares",
    sql: `
ALTER TABLE share ADD COLUMN alerts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE share ADD COLUMN commands INTEGER NOT NULL DEFAULT 0;
`,
  },
  { name: "commands", sql: COMMANDS_SQL },
  { name: "alerts", sql: ALERTS_SQL },
  { name: "lost mode", sql: LOST_MODE_SQL },
  { name: "last attempts of channels", sql: CHANNEL_ATTEMPTS_SQL },
];
