import type { Database } from "@purrimeter/database/open-database";
import type { EventChange } from "../recording/report-changes.ts";
import { statement } from "../schema/statement.ts";
import type { NamedGeofences } from "./named-geofences.ts";
import type { OpenOwnership } from "./open-ownerships.ts";

interface EventRow {
  readonly ownership: number;
  readonly at: number;
  readonly epoch: number;
  readonly number: number;
  readonly recordedAt: number;
  readonly keepDay: number;
  readonly geofence: string | null;
  readonly key: number;
  readonly sealed: Buffer;
}

function prepare(database: Database) {
  return {
    event: statement(database, (queries, args: EventRow) =>
      queries
        .insertInto("event")
        .values({
          ownership: args.ownership,
          at: args.at,
          epoch: args.epoch,
          number: args.number,
          recorded_at: args.recordedAt,
          keep_day: args.keepDay,
          geofence: args.geofence,
          sealing_key: args.key,
          sealed: args.sealed,
        })
        // An epoch so old that its numbers are forgotten: told once, not twice.
        .onConflict((conflict) => conflict.doNothing()),
    ),
    outbox: statement(database, (queries, args: EventRow) =>
      queries.insertInto("outbox").values({
        ownership: args.ownership,
        at: args.at,
        epoch: args.epoch,
        number: args.number,
        created_at: args.recordedAt,
        sealing_key: args.key,
        sealed: args.sealed,
      }),
    ),
  };
}

/** Stores transitions where they are found by time, and in the outbox for alerts. Only inside a transaction. */
export class EventRows {
  readonly #statements: ReturnType<typeof prepare>;
  readonly #geofences: NamedGeofences;

  constructor(database: Database, geofences: NamedGeofences) {
    this.#statements = prepare(database);
    this.#geofences = geofences;
  }

  add({ id: ownership, sealer }: OpenOwnership, epoch: number, receivedAt: number, event: EventChange): void {
    const { number, entry, keepDay, bytes } = event;
    const geofence = this.#geofences.of(ownership, entry);
    const sealed = sealer.seal({ kind: "event", epoch, number, at: receivedAt }, bytes);
    const place = { ownership, at: entry.at, epoch, number, recordedAt: receivedAt, keepDay };
    const row = { ...place, geofence, key: sealer.keyId, sealed };
    const isNew = this.#statements.event.run(row) > 0;
    if (isNew && event.isBelieved) this.#statements.outbox.run(row);
  }
}
