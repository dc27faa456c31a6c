import type { Database } from "@purrimeter/database/open-database";
import type { WriteTransaction } from "@purrimeter/database/write-transaction";
import { CLOCK_DIFFERENCE_S } from "../recording/entries-from.ts";
import { INVITATION_S } from "../sharing/share.ts";
import { OFFER_S } from "../transfers/transfer.ts";

/** A time of the server's that becomes the present when it is in the future. */
interface ServerTime {
  readonly table: string;
  readonly column: string;
  /** The latest that it may be; the present when left out. */
  readonly latest?: string;
  /** Units of the column in a second; 1 when left out. */
  readonly perSecond?: number;
  /** Rows that are meant; all when left out. */
  readonly where?: string;
}

/** A share shows nothing from before its tag's newest fix then, whatever the clock says. */
const NEWEST_FIX = `coalesce((SELECT latest_at + 1 FROM tag_progress WHERE tag_progress.ownership = share.ownership), 0)`;
const LATEST_START = `max(@now, ${NEWEST_FIX})`;

/** Times in milliseconds, and the latest of them that a clock that was right can have written. */
const MS = { latest: "@now * 1000", perSecond: 1_000 } as const;
const FAR_MS = "(@now + 8 * 86400) * 1000";

/**
 * Times that the server wrote. Not those by which rows are sealed, nor where an owner's entries begin: that is decided with the
 * tag's own time (see entries-from.ts). A beginning of a share's history that the owner chose is later than its creation.
 */
const SERVER_TIMES: readonly ServerTime[] = [
  { table: "ownership", column: "started_at" },
  { table: "ownership", column: "ended_at" },
  { table: "ownership", column: "many_sessions_at" },
  { table: "tag_progress", column: "last_heard_at" },
  { table: "tag_status", column: "at" },
  { table: "share", column: "accepted_at", latest: LATEST_START },
  { table: "share", column: "history_from", latest: LATEST_START, where: "history_from <= created_at" },
  { table: "share", column: "code_expires_at", latest: `@now + ${INVITATION_S}` },
  // Nobody is told later than so many days ahead, but of what is snoozed.
  { ...MS, table: "alert_state", column: "events_ms", where: `events_ms > ${FAR_MS}` },
  { ...MS, table: "alert_state", column: "held_until_ms", where: `held_until_ms > ${FAR_MS}` },
  { ...MS, table: "alert_state", column: "timer_ms", where: `timer_ms > ${FAR_MS}` },
  { table: "alert_state", column: "due_at", where: `due_at * 1000 > ${FAR_MS}` },
  { ...MS, table: "alert_delivery", column: "due_ms", where: `due_ms > ${FAR_MS} AND is_snoozed = 0` },
  { table: "transfer", column: "offered_at" },
  { table: "transfer", column: "accepted_at" },
  { table: "transfer", column: "expires_at", latest: `@now + ${OFFER_S}` },
];

function futureRows({ column, latest = "@now", perSecond = 1, where = "true" }: ServerTime): string {
  return `${column} > (${latest}) + ${CLOCK_DIFFERENCE_S * perSecond} AND ${where}`;
}

const ANY_SQL = `SELECT ${SERVER_TIMES.map((time) => `EXISTS (SELECT 1 FROM ${time.table} WHERE ${futureRows(time)})`).join(" OR ")}`;
const CUT_SQL = SERVER_TIMES.map(
  (time) => `UPDATE ${time.table} SET ${time.column} = ${time.latest ?? "@now"} WHERE ${futureRows(time)}`,
);

/**
 * Cuts what a clock that was ahead has written back to the present: an ownership, a silence or a share would otherwise begin years
 * from now. Only to be called while the clock is trusted. The number of rows.
 */
export function cutFutureTimes(database: Database, writes: WriteTransaction, now: number): number {
  if (database.prepare(ANY_SQL).pluck().get({ now }) === 0) return 0;
  return writes.run(() =>
    CUT_SQL.reduce((changed, sql) => changed + database.prepare(sql).run({ now }).changes, 0),
  );
}
