import type { Selectable } from "kysely";
import type { Database } from "@purrimeter/database/open-database";
import type { Schema } from "../schema/schema.ts";
import { statement } from "../schema/statement.ts";

export type GeofenceRow = Selectable<Schema["geofence"]>;

/** The statements by which OwnedGeofences reads and writes; each names the owner. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- the queries say their types
export function prepareGeofences(database: Database) {
  return {
    ...prepareIds(database),
    list: statement(database, (queries, args: { owner: string; after: string; limit: number }) =>
      queries
        .selectFrom("geofence")
        .selectAll()
        .where("owner", "=", args.owner)
        .where("id", ">", args.after)
        .where("deleted_at", "is", null)
        .orderBy("id")
        .limit(args.limit),
    ),
    get: statement(database, (queries, args: { owner: string; id: string }) =>
      queries
        .selectFrom("geofence")
        .selectAll()
        .where("id", "=", args.id)
        .where("owner", "=", args.owner)
        .where("deleted_at", "is", null),
    ),
    count: statement(database, (queries, args: { owner: string }) =>
      queries
        .selectFrom("geofence")
        .select((is) => is.fn.countAll<number>().as("count"))
        .where("owner", "=", args.owner)
        .where("deleted_at", "is", null),
    ),
    add: statement(database, (queries, args: GeofenceRow) =>
      queries.insertInto("geofence").values({
        id: args.id,
        owner: args.owner,
        version: args.version,
        created_at: args.created_at,
        changed_at: args.changed_at,
        sealing_key: args.sealing_key,
        sealed: args.sealed,
      }),
    ),
    set: statement(database, (queries, args: GeofenceRow) =>
      queries
        .updateTable("geofence")
        .set({
          version: args.version,
          changed_at: args.changed_at,
          deleted_at: args.deleted_at,
          sealing_key: args.sealing_key,
          sealed: args.sealed,
        })
        .where("id", "=", args.id)
        .where("owner", "=", args.owner),
    ),
  };
}

/** Of the index on owner and id, and of that on deleted ones: no row is read. */
function prepareIds(database: Database) {
  return {
    ids: statement(database, (queries, args: { owner: string; after: string; limit: number }) =>
      queries
        .selectFrom("geofence")
        .select("id")
        .where("owner", "=", args.owner)
        .where("id", ">", args.after)
        .orderBy("id")
        .limit(args.limit),
    ),
    deleted: statement(database, (queries) =>
      queries.selectFrom("geofence").select("id").where("deleted_at", "is not", null).orderBy("deleted_at"),
    ),
  };
}
