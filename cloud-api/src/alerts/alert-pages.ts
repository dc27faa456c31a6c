import { z } from "zod";
import type { TagId } from "@purrimeter/protocol/values";
import type { Alert } from "@purrimeter/store/alert";
import type { AlertRange } from "@purrimeter/store/alerts-view";
import { invalidCursor } from "../lists/cursors.ts";
import type { Cursors, CursorScope } from "../lists/cursors.ts";

/** What a list of alerts was asked for. */
export interface AlertQuery {
  readonly cursor?: string | undefined;
  readonly after?: string | undefined;
  readonly unread?: boolean | undefined;
  readonly tag?: TagId | undefined;
  readonly limit: number;
}

/** What goes out of an answer; the rest of the query goes with it. */
export interface AlertPages {
  readonly range: AlertRange;
  /** The cursor that goes on after these items; null when the list ends with them. */
  next(items: readonly Alert[], hasMore: boolean): string | null;
  /** Position of the newest of these items, or where the list was asked to begin. */
  latest(items: readonly Alert[]): string;
}

const sequence = z.number().int().min(0);
const cursorSchema = z.tuple([z.enum(["before", "after"]), sequence, z.boolean(), z.string().nullable()]);

/** The same account's positions are good for each of its queries: what has come since is asked with any filter. */
const latestScope = (owner: string): CursorScope => ({ route: "alerts-latest", owner });
const listScope = (owner: string): CursorScope => ({ route: "alerts", owner });

function sequenceOf(cursors: Cursors, owner: string, position: string): number {
  const opened = sequence.safeParse(cursors.open(latestScope(owner), position));
  if (!opened.success) throw invalidCursor();
  return opened.data;
}

function firstRange(
  { after, unread = false, tag, limit }: AlertQuery,
  cursors: Cursors,
  owner: string,
): AlertRange {
  const since = after === undefined ? {} : { after: sequenceOf(cursors, owner, after) };
  return { ...since, onlyUnread: unread, tag, limit };
}

/** A cursor carries the query that it goes on with: its parts may be left out then, but not be others. */
function laterRange(query: AlertQuery, cursor: string, cursors: Cursors, owner: string): AlertRange {
  const opened = cursorSchema.safeParse(cursors.open(listScope(owner), cursor));
  if (!opened.success) throw invalidCursor();
  const [direction, at, onlyUnread, sealedTag] = opened.data;
  const tag = (sealedTag ?? undefined) as TagId | undefined;
  const isOther =
    (query.unread ?? onlyUnread) !== onlyUnread ||
    (query.tag ?? tag) !== tag ||
    (query.after !== undefined && direction !== "after");
  if (isOther) throw invalidCursor();
  return { [direction]: at, onlyUnread, tag, limit: query.limit };
}

/** The range that a query means, and what its answer gives to go on with. Throws a problem `invalid-cursor`. */
export function alertPages(query: AlertQuery, cursors: Cursors, owner: string): AlertPages {
  const range =
    query.cursor === undefined
      ? firstRange(query, cursors, owner)
      : laterRange(query, query.cursor, cursors, owner);
  const direction = range.after === undefined ? "before" : "after";
  return {
    range,
    next: (items, hasMore) => {
      const last = items.at(-1);
      if (!hasMore || last === undefined) return null;
      const position = [direction, last.sequence, range.onlyUnread === true, range.tag ?? null];
      return cursors.seal(listScope(owner), position);
    },
    latest: (items) => {
      const newest = Math.max(range.after ?? 0, ...items.map((item) => item.sequence));
      return cursors.seal(latestScope(owner), newest);
    },
  };
}
