import type { LastKnown, Side, TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { Doubt } from "../recording/doubt.ts";
import type { GeofenceId } from "../geofences/geofence.ts";
import type { EntryPosition, TimeRange, UnreadableSpan } from "./location.ts";
import type { Page } from "./page.ts";

/** A transition as its owner sees it. */
export interface GeofenceEvent extends EntryPosition {
  /**
   * undefined when the tag named a geofence that the cloud does not know. The name stays readable after deletion; undefined
   * when it does not open under its key.
   */
  readonly geofence: { readonly id: GeofenceId; readonly name: string | undefined } | undefined;
  /** undefined when the event does not open under its key. */
  readonly from: Side | undefined;
  readonly to: Side | undefined;
  /** The last side that was known before, also when `from` is unknown; null when none was, or the event does not open. */
  readonly lastKnown: LastKnown;
  /** Why its time is not believed; its owner is not alerted then. */
  readonly doubt: Doubt | undefined;
  readonly recordedAt: UnixSeconds;
}

/** Events, and what of their stretch of time cannot be read; undefined when all of it can. */
export interface EventPage extends Page<GeofenceEvent, EntryPosition> {
  readonly unreadable: readonly UnreadableSpan[] | undefined;
}

/** When the tags of one owner changed sides. */
export interface EventsView {
  events(tag: TagId, range: TimeRange): Promise<EventPage | "not-found">;
}
