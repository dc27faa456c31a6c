import { ACCESS_TOKEN_LIFETIME_S } from "@purrimeter/auth-api/access-tokens";
import { errorCode, type Log } from "@purrimeter/service/log";
import { sql, type Kysely } from "kysely";
import type { AuthTables } from "../schema.ts";

/** The service's processes have one clock; what is later than this was written by a clock that was ahead. */
const AHEAD_S = 300;

/** Of a code of an authenticator app, RFC 6238. */
const STEP_S = 30;

/** Times that the service wrote, table and column. Not the trail's: its chain holds them. */
const WRITTEN = [
  ["account", "created_at"],
  ["account", "mail_verified_at"],
  ["session", "created_at"],
  ["session", "refreshed_at"],
  ["familiar_device", "used_at"],
  ["passkey", "used_at"],
  ["personal_token", "used_at"],
  ["mail_change", "asked_at"],
  ["erasure", "begun_at"],
  ["erasure", "erased_at"],
] as const;

/** What a run needs. */
export interface CutFutureTimesParts {
  readonly database: Kysely<AuthTables>;
  readonly isClockTrusted: () => boolean;
  /** Seconds of UTC. */
  readonly now: () => number;
  readonly log: Log;
}

/**
 * Cuts what a clock that was ahead has written back to the present, while the clock is trusted: sessions and personal tokens would
 * otherwise have no end. A personal token keeps the length of its life. Never rejects; what fails is tried again.
 */
export async function cutFutureTimes(parts: CutFutureTimesParts): Promise<void> {
  const { database, isClockTrusted, now, log } = parts;
  if (!isClockTrusted()) return;
  try {
    const count = await database.transaction().execute((rows) => cutRows(rows, now()));
    if (count > 0) log.warn("times in the future were set to the present", { event: "clock.cut", count });
  } catch (error) {
    log.error("times in the future could not be set", { event: "clock.fault", code: errorCode(error) });
  }
}

async function cutRows(rows: Kysely<AuthTables>, now: number): Promise<number> {
  const limit = now + AHEAD_S;
  const keptUntil = now + ACCESS_TOKEN_LIFETIME_S;
  const updates = [
    sql`UPDATE personal_token SET expires_at = expires_at - (created_at - ${now}), created_at = ${now}
      WHERE created_at > ${limit}`,
    sql`UPDATE ended_session SET until = ${keptUntil} WHERE until > ${keptUntil + AHEAD_S}`,
    sql`UPDATE totp SET last_step = ${Math.floor(now / STEP_S)} WHERE last_step > ${Math.floor(limit / STEP_S)}`,
    ...WRITTEN.map(
      ([table, column]) =>
        sql`UPDATE ${sql.table(table)} SET ${sql.ref(column)} = ${now} WHERE ${sql.ref(column)} > ${limit}`,
    ),
  ];
  let count = 0;
  for (const update of updates) count += Number((await update.execute(rows)).numAffectedRows ?? 0n);
  return count;
}
