import type { TagId } from "@purrimeter/protocol/values";
import type { Location, LocationPage, TimeRange } from "@purrimeter/store/location";
import type { OwnerView } from "@purrimeter/store/owner-view";
import type { ViewerView } from "@purrimeter/store/viewer-view";

/** The latest location, as the tag's owner or else as one whom the owner lets look. */
export async function readLatest(
  owner: OwnerView,
  viewer: ViewerView,
  tag: TagId,
): Promise<Location | undefined | "not-found"> {
  const location = await owner.latest(tag);
  return location === "not-found" ? viewer.latest(tag) : location;
}

/** Locations, as the tag's owner or else as one whom the owner lets look. */
export async function readLocations(
  owner: OwnerView,
  viewer: ViewerView,
  tag: TagId,
  range: TimeRange,
): Promise<LocationPage | "not-found" | "live-only"> {
  const page = await owner.locations(tag, range);
  return page === "not-found" ? viewer.locations(tag, range) : page;
}
