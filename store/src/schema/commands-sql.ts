/** The table of commands. */
export const COMMANDS_SQL = `
-- A request to a tag to act once. viewer: who gave it, null for the tag's owner. Its change is the tag's command_change then,
-- which numbers all changes of commands as settings_change does those of settings.
CREATE TABLE command (
  ownership INTEGER NOT NULL, id INTEGER NOT NULL, kind TEXT NOT NULL, seconds INTEGER NOT NULL, state TEXT NOT NULL,
  reason TEXT, created_at INTEGER NOT NULL, sent_at INTEGER, answered_at INTEGER, expires_at INTEGER NOT NULL, viewer TEXT,
  key_hash BLOB, change INTEGER NOT NULL, PRIMARY KEY (ownership, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX command_newest ON command (ownership, change);
CREATE INDEX command_created ON command (created_at);
CREATE INDEX command_open ON command (expires_at) WHERE state IN ('pending', 'sent');
CREATE INDEX command_viewer ON command (viewer) WHERE viewer IS NOT NULL;
ALTER TABLE tag ADD COLUMN command_change INTEGER NOT NULL DEFAULT 0;
CREATE INDEX tag_command_change ON tag (command_change);
`;
