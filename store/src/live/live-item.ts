import type { EntryPosition } from "../reading/location.ts";
import type { GeofenceEvent } from "../reading/geofence-event.ts";
import { locationOf } from "../reading/placed-entry.ts";
import type { ArrivedEntry } from "./arrived-entries.ts";
import type { LiveItem } from "./live-news.ts";

/** What an owner is told of an entry; undefined when its event is there no more. */
export async function liveItem(
  { mark, placed }: ArrivedEntry,
  eventAt: (position: EntryPosition) => Promise<GeofenceEvent | undefined>,
): Promise<LiveItem | undefined> {
  const location = locationOf(placed);
  if (location !== undefined) return { kind: "location", mark, location };
  const { entry, epoch, number } = placed;
  const event = await eventAt({ at: entry.at, epoch, number });
  return event && { kind: "event", mark, event };
}
