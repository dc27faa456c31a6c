import type { Database } from "@purrimeter/database/open-database";
import type { Piece } from "../recording/piece-splitter.ts";
import { statement } from "../schema/statement.ts";
import type { OpenOwnership } from "./open-ownerships.ts";
import type { KeptProgress, ProgressTable } from "./progress-table.ts";

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
  readonly hasFix: 0 | 1;
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
      has_fix: args.hasFix,
    }),
  );
}

/** Seals pieces of reports, stores them and chains each to its day. Only inside a transaction. */
export class PieceRows {
  readonly #progress: ProgressTable;
  readonly #insert: ReturnType<typeof insertPiece>;

  constructor(database: Database, progress: ProgressTable) {
    this.#progress = progress;
    this.#insert = insertPiece(database);
  }

  add(
    { id: ownership, sealer }: OpenOwnership,
    progress: KeptProgress,
    epoch: number,
    receivedAt: number,
    piece: Piece,
  ): void {
    const { day, keepDay, first, firstAt, lastAt } = piece;
    const previous = this.#progress.lastReport(progress, day);
    const sealed = sealer.seal({ kind: "report", epoch, number: first, at: receivedAt }, piece.bytes);
    const key = sealer.keyId;
    const hasFix = piece.hasFix ? 1 : 0;
    const row = {
      previous,
      ownership,
      epoch,
      first,
      firstAt,
      lastAt,
      receivedAt,
      key,
      sealed,
      hasFix,
    } as const;
    const id = this.#insert.insert(row);
    this.#progress.setLastReport(progress, day, { lastReport: id, keepDay, entries: piece.count });
    if (piece.isLatest) progress.latestReport = id;
  }
}
