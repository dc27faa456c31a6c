import type { Database } from "@purrimeter/database/open-database";
import type { Insertable } from "kysely";
import type { Schema } from "../schema/schema.ts";
import { statement } from "../schema/statement.ts";
import type { CommandKind } from "./command.ts";

type CommandRow = Insertable<Schema["command"]>;

const OPEN = ["pending", "sent"] as const;

/** The statements by which commands are given and read: prepared once for all accounts. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- the queries say their types
export function prepareCommands(database: Database) {
  return { bump: prepareBump(database), ...prepareGiving(database), ...prepareReading(database) };
}

/** The next number of all changes of commands; becomes the tag's. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- the query says its type
export function prepareBump(database: Database) {
  return statement(database, (queries, args: { ownership: number }) =>
    queries
      .updateTable("tag")
      .set((is) => ({
        command_change: is
          .selectFrom("tag")
          .select((inner) => inner(inner.fn.max("command_change"), "+", 1).as("next")),
      }))
      .where("ownership", "=", args.ownership)
      .returning("command_change"),
  );
}

function prepareGiving(database: Database) {
  return {
    tag: statement(database, (queries, args: { ownership: number }) =>
      queries
        .selectFrom("tag")
        .innerJoin("ownership", "ownership.id", "tag.ownership")
        .leftJoin("tag_status", "tag_status.tag", "tag.id")
        .leftJoin("tag_progress", "tag_progress.ownership", "ownership.id")
        .select(["tag.revoked_at", "ownership.started_at", "ownership.report_interval_s"])
        .leftJoin("lost_mode", (join) =>
          join.onRef("lost_mode.ownership", "=", "ownership.id").on("lost_mode.ended_at", "is", null),
        )
        .select(["tag_status.at as status_at", "tag_status.wire_version", "tag_progress.last_heard_at"])
        .select(["tag_status.lost", "lost_mode.interval_s"])
        .where("ownership.id", "=", args.ownership),
    ),
    ofKey: statement(database, (queries, args: { ownership: number; hash: Buffer; since: number }) =>
      queries
        .selectFrom("command")
        .selectAll()
        .where("ownership", "=", args.ownership)
        .where("key_hash", "=", args.hash)
        .where("created_at", ">", args.since),
    ),
    add: statement(database, (queries, args: Required<CommandRow>) =>
      queries.insertInto("command").values({
        ownership: args.ownership,
        id: args.id,
        kind: args.kind,
        seconds: args.seconds,
        state: args.state,
        created_at: args.created_at,
        expires_at: args.expires_at,
        viewer: args.viewer,
        key_hash: args.key_hash,
        change: args.change,
      }),
    ),
    replace: statement(database, (queries, args: { ownership: number; kind: CommandKind; change: number }) =>
      queries
        .updateTable("command")
        .set({ state: "replaced", change: args.change })
        .where("ownership", "=", args.ownership)
        .where("kind", "=", args.kind)
        .where("state", "in", OPEN),
    ),
  };
}

function prepareReading(database: Database) {
  return {
    one: statement(database, (queries, args: { ownership: number; id: number }) =>
      queries
        .selectFrom("command")
        .selectAll()
        .where("ownership", "=", args.ownership)
        .where("id", "=", args.id),
    ),
    newest: statement(database, (queries, args: { ownership: number; limit: number }) =>
      queries
        .selectFrom("command")
        .selectAll()
        .where("ownership", "=", args.ownership)
        .orderBy("created_at", "desc")
        .orderBy("change", "desc")
        .limit(args.limit),
    ),
    since: statement(
      database,
      (queries, args: { ownership: number; change: number; through: number; limit: number }) =>
        queries
          .selectFrom("command")
          .selectAll()
          .where("ownership", "=", args.ownership)
          .where("change", ">", args.change)
          .where("change", "<=", args.through)
          .orderBy("change", "desc")
          .limit(args.limit),
    ),
    newestOf: statement(database, (queries, args: { ownership: number; viewer: string; limit: number }) =>
      queries
        .selectFrom("command")
        .selectAll()
        .where("ownership", "=", args.ownership)
        .where("viewer", "=", args.viewer)
        .orderBy("created_at", "desc")
        .orderBy("change", "desc")
        .limit(args.limit),
    ),
  };
}
