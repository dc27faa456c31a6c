import type { Database } from "@purrimeter/database/open-database";
import type { ImportedCommand, ImportedLostMode, OwnerSource } from "../reading/owner-source.ts";
import { insertRow } from "./insert-row.ts";

/** Of the column `viewer`: a viewer who is no account of this installation. */
const SOMEBODY = "";

/** Ownerships of the archive. */
export interface ImportedPlaces {
  /** Commands that the account gave to tags of others are in the archive too. */
  readonly isOwn: (ownership: number) => boolean;
  /** Its new number. Throws for one that is not the account's. */
  readonly of: (ownership: number) => number;
}

/**
 * Commands and lost modes that have ended: only inside the transaction of the import. What is still to be done is left out, for the
 * archive may be old, and a collar must not sound long after it was asked to.
 */
export function importCommands(
  database: Database,
  { commands, lostModes }: Pick<OwnerSource, "commands" | "lostModes">,
  { isOwn, of }: ImportedPlaces,
): void {
  const newest = commands.reduce((most, { change }) => Math.max(most, change), 0);
  for (const command of commands)
    if (isOwn(command.ownership) && command.state !== "pending" && command.state !== "sent")
      insertRow(database, "command", { ...columnsOf(command, newest), ownership: of(command.ownership) });
  for (const lost of lostModes)
    if (lost.ended_at !== null)
      insertRow(database, "lost_mode", { ...lostColumnsOf(lost), ownership: of(lost.ownership) });
}

/** A change of before the first of this installation: live streams, which tell what changed since, have nothing to tell of it. */
function columnsOf(row: ImportedCommand, newest: number) {
  const { id, kind, seconds, state, reason, created_at, sent_at, answered_at, expires_at } = row;
  const times = { created_at, sent_at, answered_at, expires_at };
  const viewer = row.byViewer ? SOMEBODY : null;
  return { id, kind, seconds, state, reason, ...times, viewer, key_hash: null, change: row.change - newest };
}

function lostColumnsOf(row: ImportedLostMode) {
  const { interval_s, buzz_s, floor_percent, until, started_at, version, ended_at, ended_by } = row;
  return { interval_s, buzz_s, floor_percent, until, started_at, version, ended_at, ended_by };
}
