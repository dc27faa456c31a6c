import type { FixEntry } from "@purrimeter/protocol/entry";
import { unlessCorrupt } from "@purrimeter/database/is-corruption";
import type { Database } from "@purrimeter/database/open-database";
import { readPiece } from "../recording/piece-codec.ts";
import { statement } from "../schema/statement.ts";
import type { OpenOwnership } from "./open-ownerships.ts";

function selectPiece(database: Database) {
  return statement(database, (queries, args: { ownership: number }) =>
    queries
      .selectFrom("tag_progress")
      .innerJoin("report", "report.id", "tag_progress.latest_report")
      .select(["report.epoch", "report.first", "report.received_at", "report.sealed"])
      .select("tag_progress.latest_number as number")
      .where("tag_progress.ownership", "=", args.ownership)
      .where("report.ownership", "=", args.ownership),
  );
}

/** Reads the newest believed fix of an ownership, outside of transactions: a page that cannot be read would fail all of one. */
export class BelievedFixes {
  readonly #piece: ReturnType<typeof selectPiece>;

  constructor(database: Database) {
    this.#piece = selectPiece(database);
  }

  /** undefined when there is none, retention took it, or it cannot be read. */
  newest({ id: ownership, sealer }: OpenOwnership): FixEntry | undefined {
    const row = unlessCorrupt(() => this.#piece.get({ ownership }), undefined);
    if (row === undefined) return undefined;
    const place = { kind: "report", epoch: row.epoch, number: row.first, at: row.received_at } as const;
    const plain = sealer.open(place, row.sealed);
    const stored = plain && readPiece(row.first, plain).find(({ number }) => number === row.number);
    return stored?.entry.kind === "fix" ? stored.entry : undefined;
  }
}
