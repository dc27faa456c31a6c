import type { FixEntry } from "@purrimeter/protocol/entry";
import type { Database } from "@purrimeter/database/open-database";
import { readPiece } from "../recording/piece-codec.ts";
import { statement } from "../schema/statement.ts";
import type { OpenOwnership } from "./open-ownerships.ts";
import type { KeptProgress } from "./progress-table.ts";

function selectPiece(database: Database) {
  return statement(database, (queries, args: { id: number; ownership: number }) =>
    queries
      .selectFrom("report")
      .select(["epoch", "first", "received_at", "sealed"])
      .where("id", "=", args.id)
      .where("ownership", "=", args.ownership),
  );
}

/** Reads the newest believed fix of an ownership. Synchronous: the bridge compares the fixes of a report with it. */
export class BelievedFixes {
  readonly #piece: ReturnType<typeof selectPiece>;

  constructor(database: Database) {
    this.#piece = selectPiece(database);
  }

  /** undefined when there is none, retention took it, or it does not open. */
  newest({ id: ownership, sealer }: OpenOwnership, progress: KeptProgress): FixEntry | undefined {
    const { latestReport: id, latestNumber } = progress;
    const row = id === null ? undefined : this.#piece.get({ id, ownership });
    if (row === undefined) return undefined;
    const place = { kind: "report", epoch: row.epoch, number: row.first, at: row.received_at } as const;
    const plain = sealer.open(place, row.sealed);
    const stored = plain && readPiece(row.first, plain).find(({ number }) => number === latestNumber);
    return stored?.entry.kind === "fix" ? stored.entry : undefined;
  }
}
