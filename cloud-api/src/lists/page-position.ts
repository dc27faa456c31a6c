import { z } from "zod";
import { isWhole, MAX_UINT32 } from "@purrimeter/protocol/values";
import type { EntryNumber, Epoch, UnixSeconds } from "@purrimeter/protocol/values";
import type { EntryPosition, TimeRange } from "@purrimeter/store/location";
import { invalidCursor } from "./cursors.ts";
import type { Cursors, CursorScope } from "./cursors.ts";
import { EARLIEST, LATEST } from "./list-query.ts";

/** What a list in time was asked for. */
export interface TimeQuery {
  readonly from?: UnixSeconds | undefined;
  readonly to?: UnixSeconds | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

const uint32 = z.number().refine((value) => isWhole(value, 0, MAX_UINT32));
const sealedSchema = z.tuple([uint32, uint32, uint32, uint32, uint32]);

/**
 * The range that a query means. A cursor carries the range that it goes on in: from and to may be left out then, but
 * not be others. Throws a problem `invalid-cursor`.
 */
export function timeRange(query: TimeQuery, cursors: Cursors, scope: CursorScope): TimeRange {
  const { from = EARLIEST, to = LATEST, limit } = query;
  if (query.cursor === undefined) return { from, to, limit };
  const sealed = sealedSchema.safeParse(cursors.open(scope, query.cursor));
  if (!sealed.success) throw invalidCursor();
  const [sealedFrom, sealedTo, at, epoch, number] = sealed.data as [
    UnixSeconds,
    UnixSeconds,
    UnixSeconds,
    Epoch,
    EntryNumber,
  ];
  if ((query.from ?? sealedFrom) !== sealedFrom || (query.to ?? sealedTo) !== sealedTo) throw invalidCursor();
  return { from: sealedFrom, to: sealedTo, after: { at, epoch, number }, limit };
}

/** The cursor that goes on in the range after a position; null when the list ends there. */
export function nextInTime(
  next: EntryPosition | undefined,
  { from, to }: TimeRange,
  cursors: Cursors,
  scope: CursorScope,
): string | null {
  return next === undefined ? null : cursors.seal(scope, [from, to, next.at, next.epoch, next.number]);
}

/** The id after which a list by id goes on, undefined at its beginning. Throws a problem `invalid-cursor`. */
export function idAfter<Id extends string>(
  cursor: string | undefined,
  cursors: Cursors,
  scope: CursorScope,
): Id | undefined {
  if (cursor === undefined) return undefined;
  const id = cursors.open(scope, cursor);
  if (typeof id !== "string") throw invalidCursor();
  return id as Id;
}

/** The cursor that goes on after an id; null when the list ends there. */
export function nextById(next: string | undefined, cursors: Cursors, scope: CursorScope): string | null {
  return next === undefined ? null : cursors.seal(scope, next);
}
