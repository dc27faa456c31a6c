import type { Database } from "@purrimeter/database/open-database";
import { statement } from "../schema/statement.ts";

/** A tag that is in an ownership or has been in one. */
interface OwnedTag {
  readonly ownership: number | null;
  /** The end of the last ownership before the present one, as it was known then; 0 when there was none. */
  readonly last_owned_at: number;
}

/** Reads what is known of the time of ownerships. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- the query says its type
export function prepareKnownTimes(database: Database) {
  return statement(database, (queries, args: { ownership: number }) =>
    queries
      .selectFrom("ownership")
      .leftJoin("tag_progress", "tag_progress.ownership", "ownership.id")
      .select(["ownership.started_at", "tag_progress.latest_at"])
      .where("ownership.id", "=", args.ownership),
  );
}

/**
 * The present cannot be before this, UTC in seconds: the end of the last ownership, the start of the present one, and a second
 * after its newest believed fix, whose time is the receiver's and not the server's. 0 when nothing is known.
 */
export function ownedThrough(
  times: ReturnType<typeof prepareKnownTimes>,
  { ownership, last_owned_at: ended }: OwnedTag,
): number {
  const present = ownership === null ? undefined : times.get({ ownership });
  return Math.max(ended, present?.started_at ?? 0, present?.latest_at ? present.latest_at + 1 : 0);
}
