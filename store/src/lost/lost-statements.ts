import type { Database } from "@purrimeter/database/open-database";
import type { Schema } from "../schema/schema.ts";
import { statement } from "../schema/statement.ts";
import type { LostEnd } from "./lost-mode.ts";

type LostRow = Omit<Schema["lost_mode"], "ended_at" | "ended_by">;

/** The statements by which lost modes are set, read and ended. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- the queries say their types
export function prepareLost(database: Database) {
  return {
    tag: statement(database, (queries, args: { ownership: number }) =>
      queries
        .selectFrom("tag")
        .innerJoin("ownership", "ownership.id", "tag.ownership")
        .leftJoin("tag_status", "tag_status.tag", "tag.id")
        .leftJoin("tag_progress", "tag_progress.ownership", "ownership.id")
        .leftJoin("lost_mode", "lost_mode.ownership", "ownership.id")
        .select(["tag.revoked_at", "tag_progress.battery_percent", "ownership.started_at as owned_at"])
        .select(["tag_status.at as status_at", "tag_status.settings_version as reported"])
        .select(["tag_status.wire_version", "tag_status.lost"])
        .selectAll("lost_mode")
        .where("ownership.id", "=", args.ownership),
    ),
    set: statement(database, (queries, args: LostRow) => {
      const columns = {
        interval_s: args.interval_s,
        buzz_s: args.buzz_s,
        floor_percent: args.floor_percent,
        until: args.until,
        started_at: args.started_at,
        version: args.version,
        ended_at: null,
        ended_by: null,
      };
      return queries
        .insertInto("lost_mode")
        .values({ ownership: args.ownership, ...columns })
        .onConflict((conflict) => conflict.column("ownership").doUpdateSet(columns));
    }),
    end: statement(database, (queries, args: { ownership: number; at: number; by: LostEnd }) =>
      queries
        .updateTable("lost_mode")
        .set({ ended_at: args.at, ended_by: args.by })
        .where("ownership", "=", args.ownership)
        .where("ended_at", "is", null),
    ),
    // Of a partial index: those that are on, which are few.
    over: database.prepare<[{ readonly now: number }], { ownership: number; tag: string; by: LostEnd }>(
      `SELECT lost_mode.ownership, tag.id AS tag,
         CASE WHEN lost_mode.until > 0 AND lost_mode.until < @now THEN 'until' ELSE 'battery' END AS by
       FROM lost_mode JOIN tag ON tag.ownership = lost_mode.ownership
         LEFT JOIN tag_progress ON tag_progress.ownership = lost_mode.ownership
       WHERE lost_mode.ended_at IS NULL
         AND ((lost_mode.until > 0 AND lost_mode.until < @now) OR tag_progress.battery_percent <= lost_mode.floor_percent)`,
    ),
  };
}
