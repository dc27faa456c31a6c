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

/** Where the tags of one owner are and were. */
export interface LocationsView {
  /** Suspect locations are included and marked. */
  locations(tag: TagId, range: TimeRange): Promise<Page<Location, EntryPosition> | "not-found">;
  /** The newest by time of the fix, suspects left out; undefined when there is none yet. */
  latest(tag: TagId): Promise<Location | undefined | "not-found">;
}
