import type { Entry } from "@purrimeter/protocol/entry";
import type { EntryNumber, Epoch, UnixSeconds } from "@purrimeter/protocol/values";
import type { Database } from "@purrimeter/database/open-database";
import { PieceWriter } from "./piece-codec.ts";
import type { ProgressRow } from "./progress-statements.ts";
import { statement } from "../schema/statement.ts";
import type { Doubt } from "./doubt.ts";
import type { ProgressTable } from "./tag-progress.ts";
import { type TagProgress } from "./tag-progress.ts";
import type { OpenOwnership } from "./open-ownerships.ts";
import { utcDay } from "../utc-day.ts";

interface PieceRow {
  readonly previous: number | null;
  readonly ownership: number;
  readonly epoch: number;
  readonly first: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly receivedAt: number;
  readonly key: number;
  readonly sealed: Buffer;
}

function insertPiece(database: Database) {
  return statement(database, (queries, args: PieceRow) =>
    queries.insertInto("report").values({
      previous: args.previous,
      ownership: args.ownership,
      epoch: args.epoch,
      first: args.first,
      first_at: args.firstAt,
      last_at: args.lastAt,
      received_at: args.receivedAt,
      sealing_key: args.key,
      sealed: args.sealed,
    }),
  );
}

/** A transition or fix that the cloud doubts, or without time, is kept from its arrival on, not from its own time. */
export function keepDayOf(at: number, doubt: Doubt | undefined, receivedAt: number): number {
  const doubted = doubt === "future" || doubt === "too-old" || at === 0;
  return doubted ? utcDay(receivedAt) : utcDay(at);
}

/** Splits a report's new entries at UTC midnight, seals each piece and chains it to its day. */
export class PieceRecorder {
  readonly #progress: ProgressTable;
  readonly #insert: ReturnType<typeof insertPiece>;
  readonly #writer = new PieceWriter();
  #ownership: OpenOwnership | undefined;
  #tag: TagProgress | undefined;
  #epoch = 0 as Epoch;
  #receivedAt = 0 as UnixSeconds;
  #day = -1;
  #keepDay = 0;
  #first = 0;
  #firstAt = 0;
  #lastAt = 0;
  /** The newest believed fix of the piece. */
  #fixAt = -1;
  #fixNumber = 0;

  constructor(database: Database, progress: ProgressTable) {
    this.#progress = progress;
    this.#insert = insertPiece(database);
  }

  begin(ownership: OpenOwnership, tag: TagProgress, epoch: Epoch, receivedAt: UnixSeconds): void {
    this.#ownership = ownership;
    this.#tag = tag;
    this.#epoch = epoch;
    this.#receivedAt = receivedAt;
    this.#day = -1;
  }

  /** Numbers ascend. */
  add(number: EntryNumber, entry: Entry, doubt: Doubt | undefined): void {
    const day = utcDay(entry.at === 0 ? this.#receivedAt : entry.at);
    if (day !== this.#day) this.#open(number, entry.at, day);
    this.#writer.add(number, entry, doubt);
    this.#firstAt = Math.min(this.#firstAt, entry.at);
    this.#lastAt = Math.max(this.#lastAt, entry.at);
    this.#keepDay = Math.max(this.#keepDay, keepDayOf(entry.at, doubt, this.#receivedAt));
    if (entry.kind === "fix" && doubt === undefined && entry.at >= this.#fixAt) {
      this.#fixAt = entry.at;
      this.#fixNumber = number;
    }
  }

  /** Stores the last piece. */
  end(): void {
    if (this.#day >= 0) this.#close();
  }

  #open(number: EntryNumber, at: UnixSeconds, day: number): void {
    this.end();
    this.#writer.begin(number);
    this.#day = day;
    this.#keepDay = 0;
    this.#first = number;
    this.#firstAt = at;
    this.#lastAt = at;
    this.#fixAt = -1;
  }

  #close(): void {
    if (this.#ownership === undefined || this.#tag === undefined) throw new Error("no report was begun");
    const { sealer, id: ownership } = this.#ownership;
    const epoch = this.#epoch;
    const first = this.#first;
    const receivedAt = this.#receivedAt;
    const previous = this.#progress.lastReport(this.#tag, this.#day);
    const place = { kind: "report", epoch, number: first, at: receivedAt } as const;
    const sealed = sealer.seal(place, this.#writer.written());
    const [firstAt, lastAt, key] = [this.#firstAt, this.#lastAt, sealer.keyId];
    const row = { previous, ownership, epoch, first, firstAt, lastAt, receivedAt, key, sealed };
    const id = this.#insert.insert(row);
    this.#progress.setLastReport(this.#tag, this.#day, id, this.#keepDay);
    this.#rememberLatest(this.#tag.row, id);
  }

  /** Newest by the time of the fix; between equal times by epoch and number, so that the order of arrival is nothing. */
  #rememberLatest(tag: ProgressRow, report: number): void {
    if (this.#fixAt < 0) return;
    const order =
      this.#fixAt - tag.latestAt || this.#epoch - tag.latestEpoch || this.#fixNumber - tag.latestNumber;
    if (tag.latestReport !== null && order < 0) return;
    tag.latestReport = report;
    tag.latestAt = this.#fixAt;
    tag.latestEpoch = this.#epoch;
    tag.latestNumber = this.#fixNumber;
  }
}
