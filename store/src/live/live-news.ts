import type { TagId } from "@purrimeter/protocol/values";
import type { TagCommand } from "../commands/command.ts";
import type { GeofenceEvent } from "../reading/geofence-event.ts";
import type { Location } from "../reading/location.ts";
import type { OwnedTag } from "../tags/owned-tag.ts";

/** A place in the order in which reports arrived: what came after it is news. It says nothing of whose they are. */
export interface NewsMark {
  /** Row of the last report that was read; 0 before the first. */
  readonly report: number;
  /** Number of the last entry of it that was read, or WHOLE_REPORT. */
  readonly number: number;
  /** Newest row of report_cut when the mark was made; 0 for none. */
  readonly cut: number;
}

/** Above every entry's number. */
export const WHOLE_REPORT = 4_294_967_296;

/** The newest of each kind of news. */
export interface NewsHead {
  readonly reports: NewsMark;
  /** The number of the last change of wanted settings. */
  readonly settings: number;
  /** The number of the last change of commands. */
  readonly commands: number;
  /** The sequence of the last alert. */
  readonly alerts: number;
}

/** What came since a head. */
export interface Arrived {
  readonly head: NewsHead;
  /** Ownerships of which there is news; `all` when there are too many rows to say. */
  readonly ownerships: ReadonlySet<number> | "all";
  /** Accounts that have new alerts. */
  readonly accounts: ReadonlySet<string> | "all";
}

/** Says of which ownerships there is news, for all who follow together. No content. */
export interface ArrivalsView {
  newest(): Promise<NewsHead>;
  /** Costs microseconds when nothing came. `unknown`: something from after the head may be missing. */
  since(head: NewsHead): Promise<Arrived | "unknown">;
}

/** A tag that may be followed now. */
export interface FollowedTag {
  readonly tag: TagId;
  /** Of what ArrivalsView speaks. */
  readonly ownership: number;
  /** Only its owner is told. */
  readonly state: Pick<OwnedTag, "lastHeardAt" | "batteryPercent" | "settings"> | undefined;
}

/** Something that arrived; `mark` is its place. */
export type LiveItem =
  | { readonly kind: "location"; readonly mark: NewsMark; readonly location: Location }
  | { readonly kind: "event"; readonly mark: NewsMark; readonly event: GeofenceEvent };

export interface NewsRange {
  readonly after: NewsMark;
  readonly through: NewsMark;
  /** Entries that are looked at, 1 to 1,000. */
  readonly limit: number;
}

/** In the order of arrival, within a report by number. */
export interface LiveNews {
  readonly items: readonly LiveItem[];
  /** How far was read: `through` of the range unless there is more. */
  readonly mark: NewsMark;
  readonly hasMore: boolean;
}

/** What one account may follow, as owner or as viewer. The right is asked for at each call. */
export interface LiveView {
  /** That tag, if it may be followed, or all that may, at most MAX_FOLLOWED; by id. */
  followedTags(tag?: TagId): Promise<readonly FollowedTag[]>;
  /** `unknown`: what arrived since the mark cannot be told any more, or is too much. */
  liveNews(tag: TagId, range: NewsRange): Promise<LiveNews | "not-found" | "unknown">;
  /**
   * Commands that changed after that change, as `commands` shows them: the newest 100, in the order of their changes. One that
   * changed again after `through`, if it is given, is left out.
   */
  commandsSince(tag: TagId, change: number, through?: number): Promise<readonly TagCommand[] | "not-found">;
}

/** Tags of one account that are followed together. */
export const MAX_FOLLOWED = 200;
