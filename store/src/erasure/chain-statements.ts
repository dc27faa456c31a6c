import type { Database } from "@purrimeter/database/open-database";
import { statement } from "../schema/statement.ts";

interface DayKey {
  readonly day: number;
  readonly ownership: number;
}

/** The statements that delete along the chains of pieces. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- the queries say their types
export function prepareChains(database: Database) {
  return {
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
