import type { Entry } from "@purrimeter/protocol/entry";
import { utcDay } from "../utc-day.ts";
import type { Doubt } from "./doubt.ts";
import { keepDayOf } from "./keep-day.ts";
import { PieceWriter } from "./piece-codec.ts";
import { NEVER } from "./tag-progress.ts";

/** No day: before the first entry. */
const NO_DAY = -1;

/** Entries of one UTC day in one block of bytes. Times are seconds of UTC. */
export interface Piece {
  /** UTC day since 1970 under which it is found. */
  readonly day: number;
  /** Day from which retention counts. */
  readonly keepDay: number;
  /** Number of the first entry. */
  readonly first: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Time and number of its newest believed fix; NEVER when it has none. */
  readonly fixAt: number;
  readonly fixNumber: number;
  /** Whether a fix is in it, believed or not. */
  readonly hasFix: boolean;
  /** Entries in it. */
  readonly count: number;
  /** As PieceWriter writes it. Valid until the changes are cleared. */
  readonly bytes: Uint8Array;
  /** Whether it holds the newest believed fix of the tag. Of several the last one does. */
  isLatest: boolean;
}

/** UTC day under which an entry is stored; that of its arrival when it has no time. */
export function dayOf(at: number, receivedAt: number): number {
  return utcDay(at === 0 ? receivedAt : at);
}

/** Splits the new entries of a report at UTC midnight and adds the pieces to a list. */
export class PieceSplitter {
  readonly #pieces: Piece[];
  readonly #writer = new PieceWriter();
  #receivedAt = 0;
  #day = NO_DAY;
  #keepDay = 0;
  #first = 0;
  #firstAt = 0;
  #lastAt = 0;
  #fixAt = NEVER;
  #fixNumber = 0;
  #count = 0;
  #hasFix = false;

  constructor(pieces: Piece[]) {
    this.#pieces = pieces;
  }

  /** The bytes of former pieces are not valid any more. */
  clear(): void {
    this.#writer.clear();
  }

  begin(receivedAt: number): void {
    this.#receivedAt = receivedAt;
    this.#day = NO_DAY;
  }

  /** Numbers ascend. */
  add(number: number, entry: Entry, doubt: Doubt | undefined): void {
    const day = dayOf(entry.at, this.#receivedAt);
    if (day !== this.#day) this.#open(number, entry.at, day);
    this.#writer.add(number, entry, doubt);
    this.#count++;
    if (entry.kind === "fix") this.#hasFix = true;
    this.#firstAt = Math.min(this.#firstAt, entry.at);
    this.#lastAt = Math.max(this.#lastAt, entry.at);
    this.#keepDay = Math.max(this.#keepDay, keepDayOf(entry.at, doubt, this.#receivedAt));
    if (entry.kind === "fix" && doubt === undefined && entry.at >= this.#fixAt) {
      this.#fixAt = entry.at;
      this.#fixNumber = number;
    }
  }

  /** Adds the last piece. */
  end(): void {
    if (this.#day !== NO_DAY) this.#close();
  }

  #open(number: number, at: number, day: number): void {
    this.end();
    this.#writer.begin(number);
    this.#day = day;
    this.#keepDay = 0;
    this.#first = number;
    this.#firstAt = at;
    this.#lastAt = at;
    this.#fixAt = NEVER;
    this.#count = 0;
    this.#hasFix = false;
  }

  #close(): void {
    this.#pieces.push({
      day: this.#day,
      keepDay: this.#keepDay,
      first: this.#first,
      firstAt: this.#firstAt,
      lastAt: this.#lastAt,
      fixAt: this.#fixAt,
      fixNumber: this.#fixNumber,
      hasFix: this.#hasFix,
      count: this.#count,
      bytes: this.#writer.written(),
      isLatest: false,
    });
  }
}
