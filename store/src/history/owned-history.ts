import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { WalCheckpoint } from "@purrimeter/database/wal-checkpoint";
import type { StoreTrail } from "../audit/store-trail.ts";
import type { Location } from "../reading/location.ts";
import { locationOf, type PlacedEntry } from "../reading/placed-entry.ts";
import type { OwnedTags } from "../tags/owned-tags.ts";
import { isIn, PieceRewriter, shownAt, type PieceRewriterParts, type Stretch } from "./rewrite-pieces.ts";

/** What OwnedHistory is made of. */
export interface OwnedHistoryParts extends PieceRewriterParts {
  readonly wal: WalCheckpoint;
  readonly trail: StoreTrail;
}

/** Rows beside the pieces that tell of a stretch. A report that could not be read may tell of anything before it came. */
const BESIDE_SQL = [
  "DELETE FROM event WHERE ownership = @ownership AND at BETWEEN @from AND @to",
  "DELETE FROM outbox WHERE ownership = @ownership AND at BETWEEN @from AND @to",
  `DELETE FROM alert_delivery WHERE alert IN (
     SELECT id FROM alert WHERE ownership = @ownership AND created_at >= @from
     AND coalesce(decided_ms / 1000, created_at) BETWEEN @from AND @to)`,
  `DELETE FROM alert WHERE ownership = @ownership AND created_at >= @from
   AND coalesce(decided_ms / 1000, created_at) BETWEEN @from AND @to`,
  "DELETE FROM set_aside WHERE ownership = @ownership AND at >= @from",
  // Totals of a day that is partly in the stretch tell of it too, and so do the sides at the end of the last counted day.
  "DELETE FROM day_total WHERE ownership = @ownership AND day BETWEEN @from / 86400 AND @to / 86400",
  `UPDATE total_progress SET sealing_key = NULL, sealed = NULL
   WHERE ownership = @ownership AND through_day BETWEEN @from / 86400 AND @to / 86400`,
];

/** What an owner changes of what was stored: a stretch of time goes, a single fix is doubted or believed. */
export class OwnedHistory {
  readonly #parts: OwnedHistoryParts;
  readonly #pieces: PieceRewriter;

  constructor(parts: OwnedHistoryParts) {
    this.#parts = parts;
    this.#pieces = new PieceRewriter(parts);
  }

  /**
   * Deletes all entries and events of a stretch. Their numbers stay known as stored, so that a report that comes again brings
   * none of them back. The number of locations that were deleted.
   */
  async erase(tags: OwnedTags, tag: TagId, stretch: Stretch): Promise<number | "not-found"> {
    const ownership = tags.present(tag)?.id;
    if (ownership === undefined) return "not-found";
    const { database, writes, wal, trail } = this.#parts;
    const { owner } = tags;
    writes.run(() => {
      trail.record({ event: "locations.stretch-erased", actor: owner, account: owner, subject: tag });
      for (const sql of BESIDE_SQL) database.prepare(sql).run({ ownership, ...stretch });
    });
    const gone = await this.#pieces.rewrite({ tag, id: ownership }, stretch, (placed) =>
      isIn(placed, stretch) ? "drop" : "keep",
    );
    wal.truncate();
    return gone.filter(({ entry }) => entry.kind === "fix").length;
  }

  /** Doubts or believes the fixes that are shown with that time. Gives the first as it is now. */
  async setSuspect(
    tags: OwnedTags,
    tag: TagId,
    at: UnixSeconds,
    isSuspect: boolean,
  ): Promise<Location | "not-found"> {
    const ownership = tags.present(tag)?.id;
    if (ownership === undefined) return "not-found";
    const doubt = isSuspect ? "by-owner" : undefined;
    let found: Location | undefined;
    await this.#pieces.rewrite({ tag, id: ownership }, { from: at, to: at }, (placed) => {
      if (placed.entry.kind !== "fix" || !isShownAt(placed, at)) return "keep";
      const isSame = isSuspect === (placed.doubt !== undefined);
      found ??= locationOf({ ...placed, doubt: isSame ? placed.doubt : doubt });
      return isSame ? "keep" : { doubt };
    });
    if (found === undefined) return "not-found";
    const { owner } = tags;
    const event = isSuspect ? "location.doubted" : "location.believed";
    this.#parts.writes.run(() => {
      this.#parts.trail.record({ event, actor: owner, account: owner, subject: tag });
    });
    return found;
  }
}

/** A fix that is believed is shown under another time than one that is not, when it is dated ahead: either names it. */
function isShownAt(placed: PlacedEntry, at: number): boolean {
  return placed.entry.at === at || shownAt(placed) === at;
}
