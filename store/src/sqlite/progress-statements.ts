import type { Database } from "@purrimeter/database/open-database";
import { statement } from "../schema/statement.ts";

/** A row of tag_progress. */
export interface ProgressRow {
  readonly ownership: number;
  readonly epoch: number;
  readonly settled: number;
  readonly spans: Buffer;
  readonly lastHeardAt: number;
  readonly batteryPercent: number | null;
  readonly batteryEpoch: number;
  readonly batteryNumber: number;
  readonly latestReport: number | null;
  readonly latestAt: number;
  readonly latestEpoch: number;
  readonly latestNumber: number;
}

function columnsOf(args: ProgressRow) {
  return {
    ownership: args.ownership,
    epoch: args.epoch,
    settled: args.settled,
    spans: args.spans,
    last_heard_at: args.lastHeardAt,
    battery_percent: args.batteryPercent,
    battery_epoch: args.batteryEpoch,
    battery_number: args.batteryNumber,
    latest_report: args.latestReport,
    latest_at: args.latestAt,
    latest_epoch: args.latestEpoch,
    latest_number: args.latestNumber,
  };
}

type DayRow = { day: number; ownership: number; lastReport: number; keepDay: number; entries: number };

/** The statements by which ProgressTable reads and writes. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- the queries say their types
export function prepareProgress(database: Database) {
  return {
    load: statement(database, (queries, args: { ownership: number }) =>
      queries.selectFrom("tag_progress").selectAll().where("ownership", "=", args.ownership),
    ),
    // The whole row anew: SQLite takes nearly twice as long to find out what an update leaves as it was.
    save: statement(database, (queries, args: ProgressRow) =>
      queries.replaceInto("tag_progress").values(columnsOf(args)),
    ),
    ...prepareEpochs(database),
  };
}

/** The statements by which DayHeads reads and writes. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- the queries say their types
export function prepareDays(database: Database) {
  return {
    day: statement(database, (queries, args: { day: number; ownership: number }) =>
      queries
        .selectFrom("tag_day")
        .select(["last_report", "keep_day", "entries"])
        .where("day", "=", args.day)
        .where("ownership", "=", args.ownership),
    ),
    addDay: statement(database, (queries, args: DayRow) =>
      queries.insertInto("tag_day").values({
        day: args.day,
        ownership: args.ownership,
        last_report: args.lastReport,
        keep_day: args.keepDay,
        entries: args.entries,
      }),
    ),
    // Without keep_day: naming an indexed column makes SQLite write its index, changed or not.
    moveDay: statement(database, (queries, args: DayRow) =>
      queries
        .updateTable("tag_day")
        .set({ last_report: args.lastReport, entries: args.entries })
        .where("day", "=", args.day)
        .where("ownership", "=", args.ownership),
    ),
    keepDay: statement(database, (queries, args: DayRow) =>
      queries
        .updateTable("tag_day")
        .set({ keep_day: args.keepDay })
        .where("day", "=", args.day)
        .where("ownership", "=", args.ownership),
    ),
  };
}

function prepareEpochs(database: Database) {
  type Former = { ownership: number; epoch: number; settled: number; spans: Buffer; leftAt: number };
  return {
    pastEpoch: statement(database, (queries, args: { ownership: number; epoch: number }) =>
      queries
        .selectFrom("past_epoch")
        .select(["settled", "spans"])
        .where("ownership", "=", args.ownership)
        .where("epoch", "=", args.epoch),
    ),
    keepEpoch: statement(database, (queries, args: Former) =>
      queries.replaceInto("past_epoch").values({
        ownership: args.ownership,
        epoch: args.epoch,
        settled: args.settled,
        spans: args.spans,
        left_at: args.leftAt,
      }),
    ),
    dropEpochs: statement(database, (queries, args: { ownership: number; keep: number }) =>
      queries
        .deleteFrom("past_epoch")
        .where("ownership", "=", args.ownership)
        .where("epoch", "not in", (inner) =>
          inner
            .selectFrom("past_epoch")
            .select("epoch")
            .where("ownership", "=", args.ownership)
            .orderBy("left_at", "desc")
            .limit(args.keep),
        ),
    ),
  };
}
