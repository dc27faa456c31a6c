import type { TagId } from "@purrimeter/protocol/values";
import type { Database } from "@purrimeter/database/open-database";
import type { OwnerKeys } from "../sealing/owner-keys.ts";
import type { ReadSlice } from "./read-turns.ts";
import { readPiece, type StoredEntry } from "../recording/piece-codec.ts";
import { Sealer, type SealedKind } from "../sealing/seal.ts";
import { statement } from "../schema/statement.ts";

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
    for (let day = from; ; day++) {
      const next = this.#statements.nextDay.get({ from: day, to });
      if (next === undefined) return;
      day = next.day;
      yield day;
    }
  }

  /** Pieces of a day that hold a fix from `from` to `to`, ascending by their first time. */
  async ofDay(
    ownership: number,
    day: number,
    { from, to }: { readonly from: number; readonly to: number },
    slice: ReadSlice,
  ): Promise<PieceHead[]> {
    const heads: PieceHead[] = [];
    let id = this.#statements.headOfDay.get({ day, ownership })?.last_report ?? null;
    while (id !== null) {
      const head: PieceHead | undefined = this.#statements.head.get({ id, ownership });
      if (head === undefined) break; // retention took the rest of the day
      if (head.has_fix === 1 && head.last_at >= from && head.first_at <= to) heads.push(head);
      id = head.previous;
      const others = slice.pause();
      if (others !== undefined) await others;
    }
    return heads.sort((a, b) => a.first_at - b.first_at);
  }

  /** undefined when retention took it. Throws when the bytes were changed or moved. */
  async open(ownership: ReadableOwnership, id: number): Promise<OpenedPiece | undefined> {
    const row = this.#statements.piece.get({ id, ownership: ownership.id });
    if (row === undefined) return undefined;
    const { epoch, first, received_at: at } = row;
    const entries = await this.openEntries(
      ownership,
      row.sealing_key,
      { kind: "report", epoch, number: first, at },
      row.sealed,
    );
    return { epoch, receivedAt: at, entries };
  }

  async openEntries(
    ownership: ReadableOwnership,
    keyId: number,
    place: { kind: SealedKind; epoch: number; number: number; at: number },
    sealed: Buffer,
  ): Promise<StoredEntry[]> {
    const key = await this.#keys.byId(keyId);
    const plain = new Sealer({ text: ownership.tag, number: ownership.id, keyId }, key).open(place, sealed);
    if (plain === undefined)
      throw new Error(`a stored ${place.kind} of tag ${ownership.tag} does not open under its key`);
    return readPiece(place.number, plain);
  }
}
