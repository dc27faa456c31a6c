import type { TagId } from "@purrimeter/protocol/values";
import { unlessCorrupt } from "@purrimeter/database/is-corruption";
import type { Database } from "@purrimeter/database/open-database";
import type { OwnerKeys } from "../sealing/owner-keys.ts";
import type { ReadSlice } from "./read-turns.ts";
import { readPiece, type StoredEntry } from "../recording/piece-codec.ts";
import { Sealer, type SealedKind } from "../sealing/seal.ts";
import { statement } from "../schema/statement.ts";
import { utcDay } from "../utc-day.ts";

/** A piece of a report without its content: what is needed to decide whether to open it. */
export interface PieceHead {
  readonly id: number;
  readonly previous: number | null;
  readonly first_at: number;
  readonly last_at: number;
  readonly has_fix: number;
}

function prepare(database: Database) {
  return {
    nextDay: statement(database, (queries, args: { from: number; to: number }) =>
      queries
        .selectFrom("tag_day")
        .select("day")
        .where("day", ">=", args.from)
        .where("day", "<=", args.to)
        .orderBy("day")
        .limit(1),
    ),
    headOfDay: statement(database, (queries, args: { day: number; ownership: number }) =>
      queries
        .selectFrom("tag_day")
        .select("last_report")
        .where("day", "=", args.day)
        .where("ownership", "=", args.ownership),
    ),
    head: statement(database, (queries, args: { id: number; ownership: number }) =>
      queries
        .selectFrom("report")
        .select(["id", "previous", "first_at", "last_at", "has_fix"])
        .where("id", "=", args.id)
        .where("ownership", "=", args.ownership),
    ),
    piece: statement(database, (queries, args: { id: number; ownership: number }) =>
      queries
        .selectFrom("report")
        .select(["epoch", "first", "received_at", "sealing_key", "sealed"])
        .where("id", "=", args.id)
        .where("ownership", "=", args.ownership),
    ),
  };
}

/** Stands for pieces of which not even the number is known. */
const NO_PIECE = 0;
/** Rows that are tried to find the way on: some 20 ms. */
const MAX_TRIED = 5_000;
const DAY_S = 86_400;

/** What lies between two times of a day and cannot be read. */
function lostOf(day: number, id: number, from: number, to: number): PieceHead {
  const first = Math.max(from, DAY_S * day);
  return { id, previous: null, first_at: first, last_at: Math.max(first, to), has_fix: 1 };
}

/** An ownership whose right to be read was checked. */
export interface ReadableOwnership {
  readonly tag: TagId;
  readonly id: number;
}

/** Entries of one piece, with what all of them have in common. */
export interface OpenedPiece {
  readonly epoch: number;
  readonly receivedAt: number;
  readonly entries: readonly StoredEntry[];
}

/** Finds and opens the pieces of an ownership. */
export class PieceReader {
  readonly #keys: OwnerKeys;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database, keys: OwnerKeys) {
    this.#keys = keys;
    this.#statements = prepare(database);
  }

  /** Days from `from` to `to` on which anything of any tag is stored, ascending. */
  *days(from: number, to: number): Generator<number> {
    for (let day = from; day <= to; day++) {
      const next = unlessCorrupt(() => this.#statements.nextDay.get({ from: day, to }), { day });
      if (next === undefined) return;
      day = next.day;
      yield day;
    }
  }

  /**
   * Pieces of a day that hold a fix from `from` to `to`, ascending by their first time. What of the day cannot be read is in
   * it as a piece that does not open.
   */
  async ofDay(
    ownership: number,
    day: number,
    { from, to }: { readonly from: number; readonly to: number },
    slice: ReadSlice,
  ): Promise<PieceHead[]> {
    const newest = unlessCorrupt(() => this.#statements.headOfDay.get({ day, ownership }), "corrupt");
    if (newest === "corrupt") return [lostOf(day, NO_PIECE, DAY_S * day, DAY_S * (day + 1) - 1)];
    const heads: PieceHead[] = [];
    let id = newest?.last_report ?? null;
    let before = DAY_S * (day + 1) - 1;
    while (id !== null) {
      const head = this.#headOf(id, ownership);
      if (head === undefined) break; // retention took the rest of the day
      if (head === "corrupt") {
        const older = this.#olderOf(id, ownership, day);
        heads.push(lostOf(day, id, older?.last_at ?? DAY_S * day, before));
        id = older?.id ?? null;
        continue;
      }
      if (head.has_fix === 1 && head.last_at >= from && head.first_at <= to) heads.push(head);
      before = head.first_at;
      id = head.previous;
      const others = slice.pause();
      if (others !== undefined) await others;
    }
    return heads
      .filter((head) => head.last_at >= from && head.first_at <= to)
      .sort((a, b) => a.first_at - b.first_at);
  }

  #headOf(id: number, ownership: number): PieceHead | "corrupt" | undefined {
    return unlessCorrupt(() => this.#statements.head.get({ id, ownership }), "corrupt" as const);
  }

  /** The way to it is lost with a row that cannot be read: the rows before that one are tried, as far as a day may reach. */
  #olderOf(lost: number, ownership: number, day: number): PieceHead | undefined {
    for (let id = lost - 1; id > Math.max(0, lost - MAX_TRIED); id--) {
      const head = this.#headOf(id, ownership);
      if (head === undefined || head === "corrupt") continue;
      if (utcDay(head.first_at) === day) return head;
    }
    return undefined;
  }

  /** `unreadable` when the bytes were changed or moved, or their key is not to be had. */
  async open(ownership: ReadableOwnership, id: number): Promise<OpenedPiece | "gone" | "unreadable"> {
    if (id === NO_PIECE) return "unreadable";
    const row = unlessCorrupt(() => this.#statements.piece.get({ id, ownership: ownership.id }), "corrupt");
    if (row === "corrupt") return "unreadable";
    if (row === undefined) return "gone"; // retention took it
    const { epoch, first, received_at: at } = row;
    const entries = await this.openEntries(
      ownership,
      row.sealing_key,
      { kind: "report", epoch, number: first, at },
      row.sealed,
    );
    return entries === undefined ? "unreadable" : { epoch, receivedAt: at, entries };
  }

  /** undefined when the bytes do not open. */
  async openEntries(
    ownership: ReadableOwnership,
    keyId: number,
    place: { kind: SealedKind; epoch: number; number: number; at: number },
    sealed: Buffer,
  ): Promise<StoredEntry[] | undefined> {
    const key = await this.#keys.find(keyId);
    if (key === undefined) return undefined;
    const plain = new Sealer({ text: ownership.tag, number: ownership.id, keyId }, key).open(place, sealed);
    return plain && readPiece(place.number, plain);
  }
}
