import type { EntryPosition } from "../reading/location.ts";
import type { GeofenceEvent } from "../reading/geofence-event.ts";
import type { ArrivedEntries, ArrivedEntry } from "./arrived-entries.ts";
import type { LiveItem, LiveNews } from "./live-news.ts";

/** What an owner is told of what arrived. */
export async function ownersNews(
  read: ArrivedEntries | "unknown",
  eventAt: (position: EntryPosition) => Promise<GeofenceEvent | undefined>,
): Promise<LiveNews | "unknown"> {
  if (read === "unknown") return read;
  const items: LiveItem[] = [];
  for (const entry of read.entries) {
    const item = await liveItem(entry, eventAt);
    if (item !== undefined) items.push(item);
  }
  return { items, mark: read.mark, hasMore: read.hasMore };
}

/** undefined when the entry's event is there no more. */
async function liveItem(
  { mark, placed, location }: ArrivedEntry,
  eventAt: (position: EntryPosition) => Promise<GeofenceEvent | undefined>,
): Promise<LiveItem | undefined> {
  if (location !== undefined) return { kind: "location", mark, location };
  const { entry, epoch, number } = placed;
  const event = await eventAt({ at: entry.at, epoch, number });
  return event && { kind: "event", mark, event };
}
