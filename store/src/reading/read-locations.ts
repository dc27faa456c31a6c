import type { Epoch, UnixSeconds } from "@purrimeter/protocol/values";
import { unlessCorrupt } from "@purrimeter/database/is-corruption";
import type { Database } from "@purrimeter/database/open-database";
import type { Location, LocationPage, TimeRange, UnreadableSpan } from "./location.ts";
import { joinSpans } from "./join-spans.ts";
import { comparePositions, positionOf } from "./positions.ts";
import type { StoredEntry } from "../recording/piece-codec.ts";
import type { OpenedPiece, PieceHead, PieceReader, ReadableOwnership } from "./read-pieces.ts";
import { ReadTurns, type ReadSlice } from "./read-turns.ts";
import { statement } from "../schema/statement.ts";
import { utcDay } from "../utc-day.ts";

/** An opened location stays in memory this long at most, as sealing keys do. */
const KEEP_MS = 5 * 60_000;
/** Some 300 bytes each. */
const MAX_KEPT = 10_000;

/** Without the sealed bytes: they are read only when the newest location is another than the one that was opened last. */
function prepareLatest(database: Database) {
  return statement(database, (queries, args: { ownership: number }) =>
    queries
      .selectFrom("tag_progress")
      .innerJoin("report", "report.id", "tag_progress.latest_report")
      .select(["report.id", "report.first", "report.received_at", "tag_progress.latest_number as number"])
      .select(["tag_progress.latest_epoch as epoch", "tag_progress.latest_at as at"])
      .where("tag_progress.ownership", "=", args.ownership)
      .where("report.ownership", "=", args.ownership),
  );
}

type LatestRow = NonNullable<ReturnType<ReturnType<typeof prepareLatest>["get"]>>;

/** The newest location of an ownership as it was opened, and from which row. */
interface KeptLatest {
  readonly row: LatestRow;
  readonly location: Location | undefined;
  readonly untilMs: number;
}

/** What was read of a range so far. */
interface Found {
  readonly locations: Location[];
  readonly unreadable: PieceHead[];
}

/** A page shows what lies between its ends, so that the next one shows the rest. */
function spansWithin(heads: readonly PieceHead[], from: number, to: number): UnreadableSpan[] | undefined {
  const within = heads.filter((head) => head.last_at >= from && head.first_at <= to);
  const spanOf = (head: PieceHead) => ({
    from: head.first_at as UnixSeconds,
    to: head.last_at as UnixSeconds,
  });
  return joinSpans(within.map(spanOf));
}

function isSameRow(a: LatestRow, b: LatestRow): boolean {
  if (a.id !== b.id || a.first !== b.first || a.received_at !== b.received_at) return false;
  return a.number === b.number && a.epoch === b.epoch && a.at === b.at;
}

/** Reads where a tag is and was in an ownership; that the asker may read it was checked. */
export class LocationReader {
  readonly #pieces: PieceReader;
  readonly #latest: ReturnType<typeof prepareLatest>;
  readonly #monotonicMs: () => number;
  readonly #turns: ReadTurns;
  readonly #kept = new Map<number, KeptLatest>();

  constructor(database: Database, pieces: PieceReader, monotonicMs: () => number) {
    this.#pieces = pieces;
    this.#latest = prepareLatest(database);
    this.#monotonicMs = monotonicMs;
    this.#turns = new ReadTurns(monotonicMs);
  }

  async locations(ownership: ReadableOwnership, range: TimeRange): Promise<LocationPage> {
    const found: Found = { locations: [], unreadable: [] };
    const slice = await this.#turns.begin(ownership.id);
    const from = Math.max(range.from, range.after?.at ?? 0);
    for (const day of this.#pieces.days(utcDay(from), utcDay(range.to))) {
      await this.#readDay(ownership, day, { ...range, from: from as UnixSeconds }, found, slice);
      if (found.locations.length > range.limit) break;
    }
    const items = found.locations.slice(0, range.limit);
    const last = found.locations.length > range.limit ? items.at(-1) : undefined;
    const unreadable = spansWithin(found.unreadable, from, last?.at ?? range.to);
    return { items, next: last && positionOf(last), unreadable };
  }

  /** The newest by time of the fix, suspects left out. Opened once for as long as the row that holds it is the newest. */
  async latest(ownership: ReadableOwnership): Promise<Location | undefined> {
    const row = unlessCorrupt(() => this.#latest.get({ ownership: ownership.id }), undefined);
    if (row === undefined) return undefined;
    const kept = this.#kept.get(ownership.id);
    if (kept !== undefined && isSameRow(kept.row, row) && kept.untilMs > this.#monotonicMs())
      return kept.location;
    const piece = await this.#pieces.open(ownership, row.id);
    const location =
      typeof piece === "string" ? undefined : locationsOf(piece).find(({ number }) => number === row.number);
    this.#keep(ownership.id, row, location);
    return location;
  }

  #keep(ownership: number, row: LatestRow, location: Location | undefined): void {
    this.#kept.delete(ownership);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(ownership, { row, location, untilMs: this.#monotonicMs() + KEEP_MS });
  }

  /**
   * Adds the day's locations until there is one more than wanted. Pieces come by their first time, so once what is
   * found so far ends before the next piece begins, nothing that comes can lie in between.
   */
  async #readDay(
    ownership: ReadableOwnership,
    day: number,
    range: TimeRange,
    found: Found,
    slice: ReadSlice,
  ): Promise<void> {
    const ofDay: Location[] = [];
    const wanted = range.limit + 1 - found.locations.length;
    const heads = await this.#pieces.ofDay(ownership.id, day, range, slice);
    for (const head of heads) {
      if (ofDay.length >= wanted && (sortedAt(ofDay, wanted - 1)?.at ?? Infinity) < head.first_at) break;
      const others = slice.pause();
      if (others !== undefined) await others;
      const piece = await this.#pieces.open(ownership, head.id);
      if (piece === "unreadable") found.unreadable.push(head);
      for (const location of typeof piece === "string" ? [] : locationsOf(piece))
        if (utcDay(location.at) === day && isWithin(location, range)) ofDay.push(location);
    }
    found.locations.push(...ofDay.sort(comparePositions).slice(0, wanted));
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

function locationsOf(piece: OpenedPiece): Location[] {
  const locations: Location[] = [];
  for (const stored of piece.entries) {
    const location = locationOf(piece, stored);
    if (location !== undefined) locations.push(location);
  }
  return locations;
}

function locationOf(piece: OpenedPiece, { number, entry, doubt }: StoredEntry): Location | undefined {
  if (entry.kind !== "fix") return undefined;
  const { at, latE7, lonE7, accuracyDm, speedCmS, courseDeg10 } = entry;
  const place = { at, epoch: piece.epoch as Epoch, number: number };
  const receivedAt = piece.receivedAt as UnixSeconds;
  return { ...place, latE7, lonE7, accuracyDm, speedCmS, courseDeg10, receivedAt, doubt };
}
