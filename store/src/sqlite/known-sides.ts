import { unlessCorrupt } from "@purrimeter/database/is-corruption";
import type { LastKnown } from "@purrimeter/protocol/values";
import type { Database } from "@purrimeter/database/open-database";
import { lastKnownAfter } from "../recording/last-known.ts";
import { readPiece } from "../recording/piece-codec.ts";
import type { EventChange } from "../recording/report-changes.ts";
import { statement } from "../schema/statement.ts";
import type { NamedGeofences } from "./named-geofences.ts";
import type { OpenOwnership } from "./open-ownerships.ts";

interface EventPlace {
  readonly ownership: number;
  readonly geofence: string;
  readonly at: number;
  readonly epoch: number;
  readonly number: number;
}

/** Transitions among which the last one of a geofence is looked for: a bound for tags that send nothing else. */
const MAX_LOOKED_BACK = 128;

function selectBefore(database: Database) {
  return statement(database, (queries, args: EventPlace) =>
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
      .select(["recent.epoch", "recent.number", "recent.recorded_at", "recent.sealing_key", "recent.sealed"])
      .where("recent.geofence", "=", args.geofence)
      .orderBy("recent.at", "desc")
      .orderBy("recent.epoch", "desc")
      .orderBy("recent.number", "desc")
      .limit(1),
  );
}

/** What was last known of geofences' sides, by the transitions that are stored. Only inside a transaction. */
export class KnownSides {
  readonly #select: ReturnType<typeof selectBefore>;
  readonly #geofences: NamedGeofences;

  constructor(database: Database, geofences: NamedGeofences) {
    this.#select = selectBefore(database);
    this.#geofences = geofences;
  }

  /**
   * What was last known of the side of that transition's geofence: by `earlier`, the new transitions of the same report, or
   * by those that are stored. null when nothing was, or it does not open.
   */
  before(
    ownership: OpenOwnership,
    epoch: number,
    { number, entry }: Pick<EventChange, "number" | "entry">,
    earlier: readonly EventChange[],
  ): LastKnown {
    const geofence = this.#geofences.of(ownership.id, entry);
    if (geofence === null) return null;
    // The same number under other settings may be another geofence: then the report says nothing of this one.
    const inReport = earlier.findLast((other) => other.entry.geofence === entry.geofence)?.entry;
    if (inReport !== undefined && this.#geofences.of(ownership.id, inReport) === geofence)
      return lastKnownAfter(inReport);
    const at = { ownership: ownership.id, geofence, at: entry.at, epoch, number };
    const row = unlessCorrupt(() => this.#select.get(at), undefined);
    if (row?.sealing_key !== ownership.sealer.keyId) return null;
    const place = { kind: "event", epoch: row.epoch, number: row.number, at: row.recorded_at } as const;
    const plain = ownership.sealer.open(place, row.sealed);
    const stored = plain && readPiece(row.number, plain)[0]?.entry;
    return stored?.kind === "transition" ? lastKnownAfter(stored) : null;
  }
}
