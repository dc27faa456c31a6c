/** Tables of how long owners have days kept, and of what is left of days. */
export const RETENTION_SQL = `
-- How long an owner's days are kept, and what is left of them. days is null where nothing was chosen; former is 1 for owners
-- from before there was a choice, for whom what held then goes on.
CREATE TABLE retention_choice (
  owner TEXT PRIMARY KEY, days INTEGER, afterwards TEXT NOT NULL, former INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO retention_choice
  SELECT owner, NULL, 'delete', 1 FROM (SELECT owner FROM ownership UNION SELECT owner FROM geofence);

-- What is left of a day: time outside, distance and exits, sealed.
CREATE TABLE day_total (
  ownership INTEGER NOT NULL, day INTEGER NOT NULL, sealing_key INTEGER NOT NULL, sealed BLOB NOT NULL,
  PRIMARY KEY (ownership, day)
) STRICT, WITHOUT ROWID;

-- Through which day an ownership's days are in totals or given up, so that none is counted twice, and the sides known then.
CREATE TABLE total_progress (
  ownership INTEGER PRIMARY KEY, through_day INTEGER NOT NULL, sealing_key INTEGER, sealed BLOB
) STRICT;

-- Sums over tags of whoever chose it. No tag and no owner is in it.
CREATE TABLE anonymous_day (
  day INTEGER PRIMARY KEY, tags INTEGER NOT NULL, outside_s INTEGER NOT NULL, distance_m INTEGER NOT NULL,
  exits INTEGER NOT NULL
) STRICT;

-- Each owner's rows are too old at another time.
CREATE INDEX tag_day_ownership ON tag_day (ownership, keep_day);
DROP INDEX tag_day_keep;
CREATE INDEX event_ownership ON event (ownership, keep_day);
DROP INDEX event_keep;
CREATE INDEX outbox_ownership ON outbox (ownership, created_at);
`;
