/** Tables of alerts. Times are seconds of UTC, or milliseconds where the name ends so. */
export const ALERTS_SQL = `
-- What happened, to be judged once. subject: the geofence, percent, report, share or command that it is about.
ALTER TABLE outbox ADD COLUMN kind TEXT NOT NULL DEFAULT 'transition';
ALTER TABLE outbox ADD COLUMN subject TEXT;
ALTER TABLE outbox ADD COLUMN received_at_ms INTEGER;
-- Nobody read these rows: what is older than a day by the time that was known last is not told any more.
DELETE FROM outbox WHERE sealed IS NULL OR created_at < coalesce(
  (SELECT max(at) FROM clock), (SELECT max(created_at) FROM outbox)) - 86400;
UPDATE outbox SET subject = (SELECT geofence FROM event WHERE event.ownership = outbox.ownership
  AND event.at = outbox.at AND event.epoch = outbox.epoch AND event.number = outbox.number);
DELETE FROM outbox WHERE NOT EXISTS (SELECT 1 FROM tag WHERE tag.ownership = outbox.ownership);
CREATE INDEX outbox_next ON outbox (ownership, id);

-- Which tag is an ownership's: asked at every event and every command.
CREATE INDEX tag_ownership ON tag (ownership) WHERE ownership IS NOT NULL;

-- Whose turn it is: events_ms while rows of the outbox wait, timer_ms while a time is asked for, neither before held_until_ms.
-- lease: of who judges. asked: rules changed since they were read, and are to be asked again. The sealed state is what the rules remember; changed_at is a part of what it is sealed with.
CREATE TABLE alert_state (
  ownership INTEGER PRIMARY KEY, events_ms INTEGER, timer_ms INTEGER, held_until_ms INTEGER NOT NULL DEFAULT 0,
  lease TEXT, attempts INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER, asked INTEGER NOT NULL DEFAULT 0, changed_at INTEGER NOT NULL DEFAULT 0, sealing_key INTEGER, sealed BLOB
) STRICT;
CREATE INDEX alert_state_events ON alert_state (events_ms) WHERE events_ms IS NOT NULL;
CREATE INDEX alert_state_timer ON alert_state (timer_ms) WHERE timer_ms IS NOT NULL;
-- Each tag is judged once at the beginning: a tag that is silent already says nothing by itself.
INSERT INTO alert_state (ownership, events_ms, timer_ms, due_at)
  SELECT ownership, CASE WHEN EXISTS (SELECT 1 FROM outbox WHERE outbox.ownership = tag.ownership) THEN 0 END, 0, 0
  FROM tag WHERE ownership IS NOT NULL;

CREATE TABLE owner_preference (owner TEXT PRIMARY KEY, language TEXT NOT NULL, time_zone TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- A rule of an owner, or what the owner changed of a built-in one, whose id is a name. The rest is sealed.
CREATE TABLE alert_rule (
  owner TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, changed_at INTEGER NOT NULL, sealing_key INTEGER NOT NULL,
  sealed BLOB NOT NULL, PRIMARY KEY (owner, id)
) STRICT, WITHOUT ROWID;

-- Where alerts go. Name and endpoint are sealed; proof_hash is keyed, and there while a code was sent and not yet returned.
CREATE TABLE alert_channel (
  id TEXT PRIMARY KEY, owner TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, version INTEGER NOT NULL,
  created_at INTEGER NOT NULL, failing_since INTEGER, proof_hash BLOB, proof_until INTEGER,
  proof_tries INTEGER NOT NULL DEFAULT 0, sealing_key INTEGER NOT NULL, sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_channel_owner ON alert_channel (owner, id);

-- What an account was told or is to be. origin: the owner's alert of which a viewer's is the copy. joined: told as one of many.
-- count: of an alert that stands for many.
CREATE TABLE alert (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL, ownership INTEGER,
  kind TEXT NOT NULL, rule TEXT, origin TEXT, joined INTEGER NOT NULL DEFAULT 0, count INTEGER, created_at INTEGER NOT NULL,
  decided_ms INTEGER, sent_ms INTEGER, stored_ms INTEGER, handed_ms INTEGER, delivered_ms INTEGER, read_at INTEGER,
  acknowledged_at INTEGER, snoozed_until INTEGER, sealing_key INTEGER NOT NULL, sealed BLOB NOT NULL
) STRICT;
CREATE INDEX alert_account ON alert (account, sequence);
CREATE INDEX alert_account_time ON alert (account, created_at, joined);
CREATE INDEX alert_unread ON alert (account, sequence) WHERE read_at IS NULL;
CREATE INDEX alert_many ON alert (account, sequence) WHERE kind = 'many';
CREATE INDEX alert_ownership ON alert (ownership, created_at) WHERE ownership IS NOT NULL;
CREATE INDEX alert_origin ON alert (origin) WHERE origin IS NOT NULL;

-- An alert on its way to a channel; due_ms while anything is to be done. Without an alert: a code that proves the channel, sealed.
CREATE TABLE alert_delivery (
  id TEXT PRIMARY KEY, alert TEXT, account TEXT NOT NULL, ownership INTEGER, channel TEXT NOT NULL, state TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, due_ms INTEGER, lease TEXT, first_attempt_ms INTEGER, error TEXT, tls TEXT,
  created_at INTEGER NOT NULL, is_snoozed INTEGER NOT NULL DEFAULT 0, sealing_key INTEGER, sealed BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_delivery_due ON alert_delivery (due_ms, account) WHERE due_ms IS NOT NULL;
CREATE INDEX alert_delivery_leased ON alert_delivery (account, due_ms) WHERE lease IS NOT NULL;
CREATE INDEX alert_delivery_alert ON alert_delivery (alert);
CREATE INDEX alert_delivery_account ON alert_delivery (account, created_at);
CREATE INDEX alert_delivery_ownership ON alert_delivery (ownership, due_ms) WHERE ownership IS NOT NULL;
CREATE INDEX alert_delivery_channel ON alert_delivery (channel) WHERE due_ms IS NOT NULL;

-- Of whose tags an account wants to hear nothing, until a time; null: for ever.
CREATE TABLE alert_mute (
  account TEXT NOT NULL, ownership INTEGER NOT NULL, until INTEGER, PRIMARY KEY (account, ownership)
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_mute_ownership ON alert_mute (ownership);
`;

/** What channels say of their endpoints. */
export const CHANNEL_ATTEMPTS_SQL = `
-- How the last attempt at the endpoint went, of whatever message: when it ended, why it was not taken, and by which TLS.
ALTER TABLE alert_channel ADD COLUMN tried_ms INTEGER;
ALTER TABLE alert_channel ADD COLUMN error TEXT;
ALTER TABLE alert_channel ADD COLUMN tls TEXT;
`;
