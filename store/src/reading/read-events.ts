import type { TransitionEntry } from "@purrimeter/protocol/entry";
import type { EntryNumber, Epoch, TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { Selectable } from "kysely";
import { openGeofence } from "../geofences/geofence-content.ts";
import { lastKnownFrom } from "../recording/last-known.ts";
import { unlessCorrupt } from "@purrimeter/database/is-corruption";
import type { Database } from "@purrimeter/database/open-database";
import type { OwnedTags } from "../tags/owned-tags.ts";
import type { OwnerKeys } from "../sealing/owner-keys.ts";
import type { EntryPosition, TimeRange, UnreadableSpan } from "./location.ts";
import type { EventPage, GeofenceEvent } from "./geofence-event.ts";
import type { GeofenceId } from "../geofences/geofence.ts";
import type { OwnerId } from "./owner-id.ts";
import { joinSpans } from "./join-spans.ts";
import { pageOf } from "./page-of.ts";
import { positionOf } from "./positions.ts";
import type { PieceReader, ReadableOwnership } from "./read-pieces.ts";
import type { Schema } from "../schema/schema.ts";
import { statement } from "../schema/statement.ts";

interface EventRange {
  readonly ownership: number;
  readonly from: number;
  readonly to: number;
  readonly at: number;
  readonly epoch: number;
  readonly number: number;
  readonly limit: number;
}

/** The statements by which EventReader reads: prepared once for all owners. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- the queries say their types
export function prepareEvents(database: Database) {
  return {
    list: statement(database, (queries, args: EventRange) =>
      queries
        .selectFrom("event")
        .selectAll()
        .where("ownership", "=", args.ownership)
        .where("at", ">=", args.from)
        .where("at", "<=", args.to)
        .where((is) =>
          is(is.refTuple("at", "epoch", "number"), ">", is.tuple(args.at, args.epoch, args.number)),
        )
        .orderBy("at")
        .orderBy("epoch")
        .orderBy("number")
        .limit(args.limit),
    ),
    one: statement(
      database,
      (queries, args: { ownership: number; at: number; epoch: number; number: number }) =>
        queries
          .selectFrom("event")
          .selectAll()
          .where("ownership", "=", args.ownership)
          .where("at", "=", args.at)
          .where("epoch", "=", args.epoch)
          .where("number", "=", args.number),
    ),
    geofence: statement(database, (queries, args: { id: string; owner: string }) =>
      queries.selectFrom("geofence").selectAll().where("id", "=", args.id).where("owner", "=", args.owner),
    ),
  };
}

/** Before every position that an entry can have. */
const BEFORE_ALL = { at: -1, epoch: 0, number: 0 };

/** Around a page that cannot be read, so much of the time beside it is lost with it. */
const LEFT_OUT_S = 2;
/** Halvings of a range around a page that cannot be read: two edges of some 32 each, with room. */
const MAX_TRIES = 128;

const UNREADABLE = { from: undefined, to: undefined, lastKnown: null } as const;

/** Events of an earlier version do not say what was known when the side before is unknown. */
function sidesOf(entry: TransitionEntry): Pick<GeofenceEvent, "from" | "to" | "lastKnown"> {
  const { from, to, lastKnown = lastKnownFrom(from) } = entry;
  return { from, to, lastKnown };
}

type Named = GeofenceEvent["geofence"];
type EventRow = Selectable<Schema["event"]>;

/** What is left out of a range, ascending, and how often it may still be halved. */
interface Lost {
  tries: number;
  readonly spans: UnreadableSpan[];
}

/** Reads when the tags of one owner changed sides. */
export class EventReader {
  readonly #owner: OwnerId;
  readonly #tags: OwnedTags;
  readonly #keys: OwnerKeys;
  readonly #pieces: PieceReader;
  readonly #statements: ReturnType<typeof prepareEvents>;

  constructor(
    statements: ReturnType<typeof prepareEvents>,
    owner: OwnerId,
    tags: OwnedTags,
    keys: OwnerKeys,
    pieces: PieceReader,
  ) {
    this.#owner = owner;
    this.#tags = tags;
    this.#keys = keys;
    this.#pieces = pieces;
    this.#statements = statements;
  }

  async events(tag: TagId, range: TimeRange): Promise<EventPage | "not-found"> {
    const present = this.#tags.present(tag);
    if (present === undefined) return "not-found";
    const { to, limit } = range;
    const { at, epoch, number } = range.after ?? BEFORE_ALL;
    const from = Math.max(range.from, at);
    const lost: Lost = { tries: MAX_TRIES, spans: [] };
    const rows = this.#rows({ ownership: present.id, from, to, at, epoch, number, limit: limit + 1 }, lost);
    const names = new Map<string, Named>();
    const toEvent = (row: EventRow): Promise<GeofenceEvent> =>
      this.#toEvent({ tag, id: present.id }, row, names);
    const page = await pageOf(rows, limit, toEvent, positionOf);
    return {
      ...page,
      unreadable: joinSpans(lost.spans.filter((span) => span.from <= (page.next?.at ?? to))),
    };
  }

  /** The event of one transition; undefined when it is there no more. That the ownership may be read was checked. */
  async at(ownership: ReadableOwnership, position: EntryPosition): Promise<GeofenceEvent | undefined> {
    const wanted = { ownership: ownership.id, ...positionOf(position) };
    const row = unlessCorrupt(() => this.#statements.one.get(wanted), undefined);
    return row && this.#toEvent(ownership, row, new Map());
  }

  /** Rows are kept in the order of time, so those of a page that cannot be read are one stretch of it: it is left out. */
  #rows(range: EventRange, lost: Lost): EventRow[] {
    const { from, to, limit } = range;
    const rows = unlessCorrupt(() => this.#statements.list.all(range), "corrupt");
    if (rows !== "corrupt") return rows;
    // A page that leads to many others takes all of them with it.
    if (to - from < LEFT_OUT_S || lost.tries-- <= 0) {
      lost.spans.push({ from: from as UnixSeconds, to: to as UnixSeconds });
      return [];
    }
    const middle = Math.floor((from + to) / 2);
    const first = this.#rows({ ...range, to: middle }, lost);
    if (first.length >= limit) return first;
    return [...first, ...this.#rows({ ...range, from: middle + 1, limit: limit - first.length }, lost)];
  }

  async #toEvent(
    ownership: ReadableOwnership,
    row: EventRow,
    names: Map<string, Named>,
  ): Promise<GeofenceEvent> {
    const place = { kind: "event", epoch: row.epoch, number: row.number, at: row.recorded_at } as const;
    const opened = await this.#pieces.openEntries(ownership, row.sealing_key, place, row.sealed);
    const stored = opened?.[0];
    const entry = stored?.entry;
    if (opened !== undefined && entry?.kind !== "transition")
      throw new Error(`event of tag ${ownership.tag} is no transition`);
    const sides = entry?.kind === "transition" ? sidesOf(entry) : UNREADABLE;
    const position = {
      at: row.at as UnixSeconds,
      epoch: row.epoch as Epoch,
      number: row.number as EntryNumber,
    };
    const geofence = row.geofence === null ? undefined : await this.#named(row.geofence, names);
    const recordedAt = row.recorded_at as UnixSeconds;
    return { ...position, geofence, ...sides, doubt: stored?.doubt, recordedAt };
  }

  async #named(id: string, names: Map<string, Named>): Promise<Named> {
    if (names.has(id)) return names.get(id);
    const row = unlessCorrupt(() => this.#statements.geofence.get({ id, owner: this.#owner }), undefined);
    const key = row && (await this.#keys.find(row.sealing_key));
    const name = row && key && openGeofence(row, key)?.name;
    const named = row && { id: id as GeofenceId, name: name ?? undefined };
    names.set(id, named);
    return named;
  }
}
