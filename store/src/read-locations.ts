import type { Epoch, UnixSeconds } from "@purrimeter/protocol/values";
import type { Database } from "./open-database.ts";
import type { EntryPosition, Location, Page, TimeRange } from "./owner-view.ts";
import type { StoredEntry } from "./piece-codec.ts";
import type { OpenedPiece, PieceReader, ReadableOwnership } from "./read-pieces.ts";
import { statement } from "./statement.ts";
import { utcDay } from "./utc-day.ts";

/** Pieces opened between two pauses: a day of one-fix reports must not keep others waiting. */
const OPEN_AT_ONCE = 256;

function prepareLatest(database: Database) {
  return statement(database, (queries, args: { ownership: number }) =>
    queries
      .selectFrom("tag_progress")
      .select(["latest_report", "latest_number"])
      .where("ownership", "=", args.ownership),
  );
}

/** Order in which locations are served: by time, then epoch, then number. */
export function comparePositions(a: EntryPosition, b: EntryPosition): number {
  return a.at - b.at || a.epoch - b.epoch || a.number - b.number;
}

/** Reads where a tag is and was in an ownership; that the asker may read it was checked. */
export class LocationReader {
  readonly #pieces: PieceReader;
  readonly #latest: ReturnType<typeof prepareLatest>;

  constructor(database: Database, pieces: PieceReader) {
    this.#pieces = pieces;
    this.#latest = prepareLatest(database);
  }

  async locations(ownership: ReadableOwnership, range: TimeRange): Promise<Page<Location, EntryPosition>> {
    const found: Location[] = [];
    const from = Math.max(range.from, range.after?.at ?? 0);
    for (const day of this.#pieces.days(utcDay(from), utcDay(range.to))) {
      await this.#readDay(ownership, day, { ...range, from: from as UnixSeconds }, found);
      if (found.length > range.limit) break;
    }
    const items = found.slice(0, range.limit);
    return { items, next: found.length > range.limit ? positionOf(items.at(-1)) : undefined };
  }

  /** The newest by time of the fix, suspects left out. */
  async latest(ownership: ReadableOwnership): Promise<Location | undefined> {
    const row = this.#latest.get({ ownership: ownership.id });
    if (row === undefined || row.latest_report === null) return undefined;
    const piece = await this.#pieces.open(ownership, row.latest_report);
    return piece && locationsOf(piece).find(({ number }) => number === row.latest_number);
  }

  /**
   * Adds the day's locations until there is one more than wanted. Pieces come by their first time, so once what is
   * found so far ends before the next piece begins, nothing that comes can lie in between.
   */
  async #readDay(
    ownership: ReadableOwnership,
    day: number,
    range: TimeRange,
    found: Location[],
  ): Promise<void> {
    const ofDay: Location[] = [];
    const wanted = range.limit + 1 - found.length;
    const heads = this.#pieces.ofDay(ownership.id, day, range.from, range.to);
    for (const [i, head] of heads.entries()) {
      if (ofDay.length >= wanted && (sortedAt(ofDay, wanted - 1)?.at ?? Infinity) < head.first_at) break;
      if (i % OPEN_AT_ONCE === OPEN_AT_ONCE - 1) await new Promise(setImmediate);
      const piece = await this.#pieces.open(ownership, head.id);
      for (const location of piece === undefined ? [] : locationsOf(piece))
        if (utcDay(location.at) === day && isWithin(location, range)) ofDay.push(location);
    }
    found.push(...ofDay.sort(comparePositions).slice(0, wanted));
  }
}

/** The location that would be at that place if the list were sorted; sorts it, which is cheap for what is nearly sorted. */
function sortedAt(locations: Location[], place: number): Location | undefined {
  return locations.sort(comparePositions)[place];
}

function isWithin(location: Location, range: TimeRange): boolean {
  if (location.at < range.from || location.at > range.to) return false;
  return range.after === undefined || comparePositions(location, range.after) > 0;
}

function positionOf(location: Location | undefined): EntryPosition | undefined {
  return location && { at: location.at, epoch: location.epoch, number: location.number };
}

function locationsOf(piece: OpenedPiece): Location[] {
  const locations: Location[] = [];
  for (const stored of piece.entries) {
    const location = locationOf(piece, stored);
    if (location !== undefined) locations.push(location);
  }
  return locations;
}

function locationOf(piece: OpenedPiece, { number, entry, suspicion }: StoredEntry): Location | undefined {
  if (entry.kind !== "fix") return undefined;
  const { at, latE7, lonE7, accuracyDm } = entry;
  const place = { at, epoch: piece.epoch as Epoch, number: number };
  return { ...place, latE7, lonE7, accuracyDm, receivedAt: piece.receivedAt as UnixSeconds, suspicion };
}
