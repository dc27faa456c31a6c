import type { ClockTable } from "@purrimeter/database/clock-table";
import { errorCode, type Log } from "@purrimeter/service/log";
import type { Kysely } from "kysely";
import { CHANGE_LIFETIME_S } from "../mail/mail-changes.ts";
import { KEPT_S } from "../audit/audit-trail.ts";
import type { AuthTables } from "../schema.ts";
import { expiredSessions } from "../sessions/sessions.ts";

/** What a run needs. */
export interface DeleteExpiredParts {
  readonly database: Kysely<AuthTables>;
  readonly clock: Pick<ClockTable, "retentionTime" | "keepRetentionTime">;
  readonly isClockTrusted: () => boolean;
  /** Seconds of UTC. */
  readonly now: () => number;
  readonly log: Log;
}

/**
 * Deletes what has expired: sessions, personal tokens, changes of mail addresses, ended sessions, and the old end of the audit trail.
 * Nothing while the clock is not trusted, and at most three days more than the last run. Never rejects; what fails is tried again.
 */
export async function deleteExpired({
  database,
  clock,
  isClockTrusted,
  now,
  log,
}: DeleteExpiredParts): Promise<void> {
  try {
    if (!isClockTrusted())
      return log.warn("nothing has expired: the clock is not trusted", { event: "retention.kept" });
    const asOf = clock.retentionTime(now());
    const results = await database.transaction().execute(async (rows) => [
      await expiredSessions(rows.deleteFrom("session"), asOf).executeTakeFirst(),
      await rows.deleteFrom("personal_token").where("expires_at", "<=", asOf).executeTakeFirst(),
      await rows
        .deleteFrom("mail_change")
        .where("asked_at", "<", asOf - CHANGE_LIFETIME_S)
        .executeTakeFirst(),
      await rows.deleteFrom("ended_session").where("until", "<", asOf).executeTakeFirst(),
      await rows
        .deleteFrom("audit_event")
        .where("at", "<", asOf - KEPT_S)
        .executeTakeFirst(),
    ]);
    clock.keepRetentionTime(asOf);
    const count = results.reduce((sum, { numDeletedRows }) => sum + Number(numDeletedRows), 0);
    log.info("expired rows deleted", { event: "retention.done", count });
  } catch (error) {
    log.error("expired rows could not be deleted", { event: "retention.fault", code: errorCode(error) });
  }
}
