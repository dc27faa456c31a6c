import type { Database } from "@purrimeter/database/open-database";
import { statement } from "../schema/statement.ts";

interface DayKey {
  readonly day: number;
  readonly ownership: number;
}

/** The statements that delete. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- the queries say their types
export function prepareErasing(database: Database) {
  return {
    oldDay: statement(database, (queries, args: { day: number }) =>
      queries
        .selectFrom("tag_day")
        .select(["day", "ownership", "last_report"])
        .where("keep_day", "<", args.day)
        .orderBy("keep_day")
        .limit(1),
    ),
    dayOf: statement(database, (queries, args: DayKey) =>
      queries
        .selectFrom("tag_day")
        .select(["day", "ownership", "last_report"])
        .where("day", "=", args.day)
        .where("ownership", "=", args.ownership),
    ),
    nextDay: statement(database, (queries, args: { after: number }) =>
      queries.selectFrom("tag_day").select("day").where("day", ">", args.after).orderBy("day").limit(1),
    ),
    report: statement(database, (queries, args: { id: number }) =>
      queries.deleteFrom("report").where("id", "=", args.id).returning("previous"),
    ),
    moveDay: statement(database, (queries, args: DayKey & { last: number }) =>
      queries
        .updateTable("tag_day")
        .set({ last_report: args.last })
        .where("day", "=", args.day)
        .where("ownership", "=", args.ownership),
    ),
    endDay: statement(database, (queries, args: DayKey) =>
      queries.deleteFrom("tag_day").where("day", "=", args.day).where("ownership", "=", args.ownership),
    ),
  };
}

/** Small tables by the column that says how old a row is; deleted a few rows at a time. */
export const AGED_SQL = [
  "DELETE FROM event WHERE (ownership, at, epoch, number) IN (SELECT ownership, at, epoch, number FROM event WHERE keep_day < @day LIMIT 500)",
  "DELETE FROM hole WHERE (ownership, epoch, first) IN (SELECT ownership, epoch, first FROM hole WHERE at < @at LIMIT 500)",
  "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE created_at < @at ORDER BY id LIMIT 500)",
  "DELETE FROM set_aside WHERE id IN (SELECT id FROM set_aside WHERE at < @at ORDER BY id LIMIT 500)",
  "DELETE FROM geofence WHERE id IN (SELECT id FROM geofence WHERE deleted_at < @at LIMIT 500)",
  "DELETE FROM found_report WHERE id IN (SELECT id FROM found_report WHERE at < @at ORDER BY id LIMIT 500)",
] as const;

/** What hangs on an ownership beside its reports, the ownership itself last. */
export const OWNERSHIP_SQL = [
  "DELETE FROM event WHERE ownership = @ownership",
  "DELETE FROM hole WHERE ownership = @ownership",
  "DELETE FROM outbox WHERE ownership = @ownership",
  "DELETE FROM set_aside WHERE ownership = @ownership",
  "DELETE FROM set_aside_count WHERE ownership = @ownership",
  "DELETE FROM past_epoch WHERE ownership = @ownership",
  "DELETE FROM tag_progress WHERE ownership = @ownership",
  "DELETE FROM assignment WHERE ownership = @ownership",
  "DELETE FROM share WHERE ownership = @ownership",
  "DELETE FROM transfer WHERE ownership = @ownership",
  "DELETE FROM found_report WHERE ownership = @ownership",
  "DELETE FROM sealing_key WHERE id = (SELECT sealing_key FROM ownership WHERE id = @ownership)",
  "DELETE FROM ownership WHERE id = @ownership",
] as const;
