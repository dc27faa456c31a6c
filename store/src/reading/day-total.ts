import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { EntryPosition, TimeRange } from "./location.ts";
import type { Page } from "./page.ts";
import type { RetentionBounds, RetentionChoice } from "../retention/retention-choice.ts";

/** What is left of a UTC day of a tag: no place, and no time within the day. */
export interface Totals {
  /** Seconds for which it was outside one geofence at least and inside none; undefined when no side was known all day. */
  readonly outsideS: number | undefined;
  /** Metres, by believed fixes, without what their errors alone explain. */
  readonly distanceM: number;
  /** Changes to outside whose last known side was inside. */
  readonly exits: number;
}

/** Totals of a day as its owner sees them; undefined when they do not open under their key. */
export interface DayTotal {
  /** The day's start. */
  readonly at: UnixSeconds;
  readonly totals: Totals | undefined;
}

/** A day of the installation: sums over `tags` tags. */
export interface AnonymousDay {
  readonly at: UnixSeconds;
  readonly tags: number;
  readonly outsideS: number;
  readonly distanceM: number;
  readonly exits: number;
}

export type DayTotalPage = Page<DayTotal, EntryPosition>;

/** An owner's choice of how long, and what is left. */
export interface RetentionView {
  retention(bounds: RetentionBounds): Promise<RetentionChoice>;
  /** Holds from the next run on. Days outside of the operator's bounds are cut to them. */
  chooseRetention(change: Partial<RetentionChoice>, bounds: RetentionBounds): Promise<RetentionChoice>;
  /** Totals of days whose locations are deleted, ascending; both ends of the range included. */
  dayTotals(tag: TagId, range: TimeRange): Promise<DayTotalPage | "not-found">;
}
