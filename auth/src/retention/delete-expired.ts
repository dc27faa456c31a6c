import type { ClockTable } from "@purrimeter/database/clock-table";
import { errorCode, type Log } from "@purrimeter/service/log";
import type { DeleteResult, Kysely } from "kysely";
import { CHANGE_LIFETIME_S } from "../mail/mail-changes.ts";
import { KEPT_S } from "@purrimeter/audit/trail";
import type { OpenAccounts } from "../accounts/open-accounts.ts";
import type { AuthTables } from "../schema.ts";
import { expiredSessions } from "../sessions/sessions.ts";

/** What a run needs. */
export interface DeleteExpiredParts extends Pick<OpenAccounts, "audit" | "trail"> {
  readonly database: Kysely<AuthTables>;
  readonly clock: Pick<ClockTable, "retentionTime" | "keepRetentionTime">;
  readonly isClockTrusted: () => boolean;
  /** Seconds of UTC. */
  readonly now: () => number;
  readonly log: Log;
}

/**
 * Deletes what has expired: sessions, personal tokens, changes of mail addresses, ended sessions, and what the old end of the audit trail says.
 * Nothing while the clock is not trusted, and at most three days more than the last run. Never rejects; what fails is tried again.
 */
export async function deleteExpired({
  audit,
  trail,
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
    const deleted = await audit.act(async () => {
      const results = await deleteRows(database, asOf);
      const count = results.reduce((sum, { numDeletedRows }) => sum + Number(numDeletedRows), 0);
      if (count > 0) audit.record({ event: "retention.deleted", count });
      return count;
    });
    const count = deleted + (await prune({ audit, trail }, now(), asOf - KEPT_S));
    clock.keepRetentionTime(asOf);
    log.info("expired rows deleted", { event: "retention.done", count });
  } catch (error) {
    log.error("expired rows could not be deleted", { event: "retention.fault", code: errorCode(error) });
  }
}

async function deleteRows(database: Kysely<AuthTables>, asOf: number): Promise<readonly DeleteResult[]> {
  return database.transaction().execute(async (rows) => [
    await expiredSessions(rows.deleteFrom("session"), asOf).executeTakeFirst(),
    await rows.deleteFrom("personal_token").where("expires_at", "<=", asOf).executeTakeFirst(),
    await rows
      .deleteFrom("mail_change")
      .where("asked_at", "<", asOf - CHANGE_LIFETIME_S)
      .executeTakeFirst(),
    await rows.deleteFrom("ended_session").where("until", "<", asOf).executeTakeFirst(),
  ]);
}

/** Deletes what old rows of the trail say, a thousand at a time. */
async function prune(
  { audit, trail }: Pick<OpenAccounts, "audit" | "trail">,
  at: number,
  before: number,
): Promise<number> {
  for (let count = 0; ;) {
    const pruned = await audit.act(() => Promise.resolve(trail.trail.prune(at, before)));
    if (pruned === 0) return count;
    count += pruned;
  }
}
