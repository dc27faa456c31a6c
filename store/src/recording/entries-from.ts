import type { Report } from "@purrimeter/protocol/messages";

/** Two clocks that differ by less say the same time; the receiver's is exact, the server's is kept by a time server. */
export const CLOCK_DIFFERENCE_S = 300;

/** A tag's newest entry is seldom older when it reports. */
const NEWEST_S = 86_400;

/** The ownership began at a time that nobody knows yet: later than every entry. */
const NOT_YET_KNOWN = 4_294_967_295;

/**
 * From when on entries are the new owner's, for an ownership that begins now. `now` is the server's; when the present cannot be
 * before `ownedThrough` and the server's clock says that it is, the time is not known. UTC in seconds.
 */
export function entriesFromNow(now: number, ownedThrough: number): number {
  return now + CLOCK_DIFFERENCE_S < ownedThrough ? NOT_YET_KNOWN : Math.max(now, ownedThrough);
}

/** What an ownership's start is compared with. */
interface StartEvidence {
  /** As in Arrival. */
  readonly entriesFrom: number;
  /** Whether a fix of this ownership has been believed. */
  readonly hasBelieved: boolean;
  readonly report: Pick<Report, "entries">;
  /** When the server had the report, by its clock. */
  readonly at: number;
}

/**
 * From when on entries are the new owner's, after a report: the same, unless the server's clock was wrong when the ownership began.
 * A start in the future was written by a clock that was ahead: it becomes the present as soon as server and tag say the same time.
 * A tag whose first entries are in the future says that the server's clock is behind: then the start is not known. Entries of the
 * time in doubt are withheld: they may be the former owner's. Two comparisons for most reports.
 */
export function entriesFromAfter({ entriesFrom, hasBelieved, report, at }: StartEvidence): number {
  if (entriesFrom === 0) return 0;
  const newest = report.entries.at(-1)?.at ?? 0;
  const isTagAhead = newest > at + CLOCK_DIFFERENCE_S;
  if (entriesFrom > at + CLOCK_DIFFERENCE_S) return isTagAhead || newest < at - NEWEST_S ? entriesFrom : at;
  return isTagAhead && !hasBelieved ? NOT_YET_KNOWN : entriesFrom;
}
