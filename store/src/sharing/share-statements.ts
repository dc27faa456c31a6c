import type { Insertable, Kysely } from "kysely";
import type { Database } from "@purrimeter/database/open-database";
import type { Schema } from "../schema/schema.ts";
import { MAX_FOLLOWED } from "../live/live-news.ts";
import { statement } from "../schema/statement.ts";

/** Shares that last, of tags that are still the sharing owner's: an ended or transferred ownership shares nothing. */
function lasting(queries: Kysely<Schema>, now: number) {
  return queries
    .selectFrom("share")
    .innerJoin("tag", "tag.ownership", "share.ownership")
    .innerJoin("ownership", "ownership.id", "share.ownership")
    .where((is) => is.or([is("share.ends_at", "is", null), is("share.ends_at", ">", now)]));
}

function heldBy(queries: Kysely<Schema>, { viewer, now }: { viewer: string; now: number }) {
  return lasting(queries, now)
    .select(["share.id", "share.kind", "share.accepted_at", "share.history_from", "share.ends_at"])
    .select(["share.alerts", "share.commands"])
    .select(["tag.id as tag", "ownership.id as ownership", "ownership.sealing_key", "ownership.name"])
    .where("share.viewer", "=", viewer);
}

/** The statements by which shares are made, read and ended: prepared once for all. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- the queries say their types
export function prepareShares(database: Database) {
  const newestFix = statement(database, (queries, args: { ownership: number }) =>
    queries.selectFrom("tag_progress").select("latest_at").where("ownership", "=", args.ownership),
  );
  return { newestFix, ...prepareOwners(database), ...prepareChanges(database), ...prepareViewers(database) };
}

type ShareRow = Insertable<Schema["share"]>;

function prepareOwners(database: Database) {
  return {
    ofOwnership: statement(database, (queries, args: { ownership: number; now: number }) =>
      queries
        .selectFrom("share")
        .selectAll()
        .where("ownership", "=", args.ownership)
        .where((is) => is.or([is("ends_at", "is", null), is("ends_at", ">", args.now)]))
        .where((is) => is.or([is("viewer", "is not", null), is("code_expires_at", ">", args.now)]))
        .orderBy("id"),
    ),
    // Of the index on the ownership: no row is read.
    idsOfOwnership: statement(database, (queries, args: { ownership: number }) =>
      queries.selectFrom("share").select("id").where("ownership", "=", args.ownership).orderBy("id"),
    ),
    oneOfOwnership: statement(database, (queries, args: { id: string; ownership: number; now: number }) =>
      queries
        .selectFrom("share")
        .selectAll()
        .where("id", "=", args.id)
        .where("ownership", "=", args.ownership)
        .where((is) => is.or([is("ends_at", "is", null), is("ends_at", ">", args.now)]))
        .where((is) => is.or([is("viewer", "is not", null), is("code_expires_at", ">", args.now)])),
    ),
  };
}

function prepareChanges(database: Database) {
  return {
    add: statement(database, (queries, args: Required<ShareRow>) =>
      queries.insertInto("share").values({
        id: args.id,
        ownership: args.ownership,
        kind: args.kind,
        created_at: args.created_at,
        history_from: args.history_from,
        ends_at: args.ends_at,
        code_hash: args.code_hash,
        code_expires_at: args.code_expires_at,
        sealing_key: args.sealing_key,
        name: args.name,
        alerts: args.alerts,
        commands: args.commands,
      }),
    ),
    remove: statement(database, (queries, args: { id: string; ownership: number }) =>
      queries.deleteFrom("share").where("id", "=", args.id).where("ownership", "=", args.ownership),
    ),
    change: statement(database, (queries, args: { id: string; alerts: number; commands: number }) =>
      queries
        .updateTable("share")
        .set({ alerts: args.alerts, commands: args.commands })
        .where("id", "=", args.id),
    ),
    viewerOf: statement(database, (queries, args: { id: string; ownership: number }) =>
      queries
        .selectFrom("share")
        .select("viewer")
        .where("id", "=", args.id)
        .where("ownership", "=", args.ownership),
    ),
    dropOver: statement(database, (queries, args: { ownership: number; now: number }) =>
      queries
        .deleteFrom("share")
        .where("ownership", "=", args.ownership)
        .where((is) =>
          is.or([
            is("ends_at", "<=", args.now),
            is.and([is("viewer", "is", null), is("code_expires_at", "<=", args.now)]),
          ]),
        ),
    ),
  };
}

function prepareViewers(database: Database) {
  return {
    invited: statement(database, (queries, args: { hash: Buffer; now: number; viewer: string }) =>
      lasting(queries, args.now)
        .select(["share.id", "share.ownership"])
        .where("share.code_hash", "=", args.hash)
        .where("share.code_expires_at", ">", args.now)
        .where("ownership.owner", "<>", args.viewer),
    ),
    accept: statement(database, (queries, args: { id: string; viewer: string; at: number }) =>
      queries
        .updateTable("share")
        .set({ viewer: args.viewer, accepted_at: args.at, code_hash: null })
        .where("id", "=", args.id),
    ),
    dropOthers: statement(database, (queries, args: { id: string; viewer: string; ownership: number }) =>
      queries
        .deleteFrom("share")
        .where("viewer", "=", args.viewer)
        .where("ownership", "=", args.ownership)
        .where("id", "<>", args.id),
    ),
    held: statement(database, (queries, args: { viewer: string; now: number }) =>
      heldBy(queries, args).orderBy("share.id"),
    ),
    // Of the index on the viewer: no row is read.
    heldIds: statement(database, (queries, args: { viewer: string }) =>
      queries.selectFrom("share").select("id").where("viewer", "=", args.viewer).orderBy("id"),
    ),
    heldOne: statement(database, (queries, args: { viewer: string; id: string; now: number }) =>
      heldBy(queries, args).where("share.id", "=", args.id),
    ),
    heldOf: statement(database, (queries, args: { viewer: string; tag: string; now: number }) =>
      lasting(queries, args.now)
        .select(["share.kind", "share.ownership", "share.accepted_at", "share.history_from"])
        .select(["share.commands", "tag.id as tag"])
        .where("share.viewer", "=", args.viewer)
        .where("tag.id", "=", args.tag),
    ),
    heldTags: statement(database, (queries, args: { viewer: string; now: number }) =>
      lasting(queries, args.now)
        .select(["share.ownership", "tag.id as tag"])
        .where("share.viewer", "=", args.viewer)
        .orderBy("tag.id")
        .limit(MAX_FOLLOWED),
    ),
    leave: statement(database, (queries, args: { id: string; viewer: string }) =>
      queries.deleteFrom("share").where("id", "=", args.id).where("viewer", "=", args.viewer),
    ),
  };
}
