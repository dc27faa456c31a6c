import type { EntryNumber, Epoch, LatE7, LonE7, TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { Doubt } from "../recording/doubt.ts";
import type { Page } from "./page.ts";

/** Place of an entry in time. Pages go on strictly after it. */
export interface EntryPosition {
  readonly at: UnixSeconds;
  readonly epoch: Epoch;
  readonly number: EntryNumber;
}

export interface Location extends EntryPosition {
  readonly latE7: LatE7;
  readonly lonE7: LonE7;
  readonly accuracyDm: number;
  /** As in FixEntry; undefined when the receiver did not say. */
  readonly speedCmS: number | undefined;
  readonly courseDeg10: number | undefined;
  readonly receivedAt: UnixSeconds;
  readonly doubt: Doubt | undefined;
}

/** A stretch of time, both ends included, read in ascending order of (at, epoch, number). */
export interface TimeRange {
  readonly from: UnixSeconds;
  readonly to: UnixSeconds;
  readonly after?: EntryPosition | undefined;
  /** 1 to 1,000. */
  readonly limit: number;
}

/** A stretch of time, both ends included, of which something is stored that does not open under its key. */
export interface UnreadableSpan {
  readonly from: UnixSeconds;
  readonly to: UnixSeconds;
}

/** Locations, and what of their stretch of time is missing among them. */
export interface LocationPage extends Page<Location, EntryPosition> {
  /**
   * undefined when all of it opens. In the order of their beginnings; one that lasts longer than the page is on the next one
   * too.
   */
  readonly unreadable: readonly UnreadableSpan[] | undefined;
}

/** For what the newest location is read: once, for a stream that is opened, or for one that goes on. */
export type LatestRead = "latest" | "live" | "live-on";

/** As what it is in the audit trail. */
export function kindOf(read: LatestRead): "latest" | "live" {
  return read === "latest" ? read : "live";
}

/** Where the tags of one owner are and were. */
export interface LocationsView {
  /** Suspect locations are included and marked. */
  locations(tag: TagId, range: TimeRange): Promise<LocationPage | "not-found">;
  /** The newest by time of the fix, suspects left out; undefined when there is none yet, or it does not open. */
  latest(tag: TagId, as?: LatestRead): Promise<Location | undefined | "not-found">;
  /** Records in the trail that the locations are taken away in a file; to be called before they are read for it. */
  recordExport(tag: TagId): Promise<"recorded" | "not-found">;
  /**
   * Deletes the locations and events of a stretch of time, both ends included. A report that comes again does not bring them
   * back. The number of locations.
   */
  eraseStretch(tag: TagId, stretch: Pick<TimeRange, "from" | "to">): Promise<number | "not-found">;
  /** Doubts or believes the fixes that are shown with that time; gives the first as it is now. */
  setSuspect(tag: TagId, at: UnixSeconds, isSuspect: boolean): Promise<Location | "not-found">;
}
