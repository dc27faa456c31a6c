import type { OutboxRows } from "../alerts/outbox-rows.ts";
import type { Database } from "@purrimeter/database/open-database";
import type { EventChange } from "../recording/report-changes.ts";
import type { ReceivedAt } from "../recording/report-store.ts";
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
  };
}

/** Stores transitions where they are found by time, and in the outbox for alerts, doubted ones too. Only inside a transaction. */
export class EventRows {
  readonly #statements: ReturnType<typeof prepare>;
  readonly #geofences: NamedGeofences;
  readonly #outbox: OutboxRows;

  constructor(database: Database, geofences: NamedGeofences, outbox: OutboxRows) {
    this.#outbox = outbox;
    this.#statements = prepare(database);
    this.#geofences = geofences;
  }

  add(
    { id: ownership, sealer }: OpenOwnership,
    epoch: number,
    received: ReceivedAt,
    event: EventChange,
  ): void {
    const { at: receivedAt, atMs } = received;
    const { number, entry, keepDay, bytes } = event;
    const geofence = this.#geofences.of(ownership, entry);
    const sealed = sealer.seal({ kind: "event", epoch, number, at: receivedAt }, bytes);
    const place = { ownership, at: entry.at, epoch, number, recordedAt: receivedAt, keepDay };
    const row = { ...place, geofence, key: sealer.keyId, sealed };
    const isNew = this.#statements.event.run(row) > 0;
    if (!isNew) return;
    const told = { ownership, at: entry.at, learnedAt: receivedAt, learnedAtMs: atMs, subject: geofence };
    this.#outbox.add({ ...told, kind: "transition", entry: { epoch, number, key: sealer.keyId, sealed } });
  }
}
