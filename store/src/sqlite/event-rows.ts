import type { Database } from "@purrimeter/database/open-database";
import type { TransitionEntry } from "@purrimeter/protocol/entry";
import { lastKnownAfter, type LastKnown } from "../recording/last-known.ts";
import { readPiece } from "../recording/piece-codec.ts";
import type { EventChange } from "../recording/report-changes.ts";
import { statement } from "../schema/statement.ts";
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

interface EventPlace {
  readonly ownership: number;
  readonly geofence: string;
  readonly at: number;
  readonly epoch: number;
  readonly number: number;
}

/** Transitions among which the last one of a geofence is looked for: a bound for tags that send nothing else. */
const MAX_LOOKED_BACK = 128;

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
    before: statement(database, (queries, args: EventPlace) =>
      queries
        .selectFrom((inner) =>
          inner
            .selectFrom("event")
            .selectAll()
            .where("ownership", "=", args.ownership)
            .where((is) =>
              is(is.refTuple("at", "epoch", "number"), "<", is.tuple(args.at, args.epoch, args.number)),
            )
            .orderBy("at", "desc")
            .orderBy("epoch", "desc")
            .orderBy("number", "desc")
            .limit(MAX_LOOKED_BACK)
            .as("recent"),
        )
        .select([
          "recent.epoch",
          "recent.number",
          "recent.recorded_at",
          "recent.sealing_key",
          "recent.sealed",
        ])
        .where("recent.geofence", "=", args.geofence)
        .orderBy("recent.at", "desc")
        .orderBy("recent.epoch", "desc")
        .orderBy("recent.number", "desc")
        .limit(1),
    ),
    geofence: statement(database, (queries, args: { ownership: number; ref: number; version: number }) =>
      queries
        .selectFrom("assignment")
        .select("geofence")
        .where("ownership", "=", args.ownership)
        .where("ref", "=", args.ref)
        .where("since_version", "<=", args.version)
        .where((is) => is.or([is("until_version", "is", null), is("until_version", ">", args.version)])),
    ),
  };
}

/** Stores transitions where they are found by time, and in the outbox for alerts. Only inside a transaction. */
export class EventRows {
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#statements = prepare(database);
  }

  /**
   * What was last known of the side of that transition's geofence: by `earlier`, the new transitions of the same report, or
   * by those that are stored. null when nothing was, or it does not open.
   */
  knownBefore(
    ownership: OpenOwnership,
    epoch: number,
    { number, entry }: Pick<EventChange, "number" | "entry">,
    earlier: readonly EventChange[],
  ): LastKnown {
    const geofence = this.#geofenceOf(ownership.id, entry);
    if (geofence === null) return null;
    const isSame = (other: EventChange): boolean =>
      other.entry.geofence === entry.geofence && this.#geofenceOf(ownership.id, other.entry) === geofence;
    const inReport = earlier.findLast(isSame)?.entry;
    if (inReport !== undefined) return lastKnownAfter(inReport);
    const row = this.#statements.before.get({
      ownership: ownership.id,
      geofence,
      at: entry.at,
      epoch,
      number,
    });
    if (row?.sealing_key !== ownership.sealer.keyId) return null;
    const place = { kind: "event", epoch: row.epoch, number: row.number, at: row.recorded_at } as const;
    const plain = ownership.sealer.open(place, row.sealed);
    const stored = plain && readPiece(row.number, plain)[0]?.entry;
    return stored?.kind === "transition" ? lastKnownAfter(stored) : null;
  }

  #geofenceOf(
    ownership: number,
    { geofence: ref, settingsVersion: version }: TransitionEntry,
  ): string | null {
    return this.#statements.geofence.get({ ownership, ref, version })?.geofence ?? null;
  }

  add({ id: ownership, sealer }: OpenOwnership, epoch: number, receivedAt: number, event: EventChange): void {
    const { number, entry, keepDay, bytes } = event;
    const geofence = this.#geofenceOf(ownership, entry);
    const sealed = sealer.seal({ kind: "event", epoch, number, at: receivedAt }, bytes);
    const place = { ownership, at: entry.at, epoch, number, recordedAt: receivedAt, keepDay };
    const row = { ...place, geofence, key: sealer.keyId, sealed };
    const isNew = this.#statements.event.run(row) > 0;
    if (isNew && event.isBelieved) this.#statements.outbox.run(row);
  }
}
