import type { TagId } from "@purrimeter/protocol/values";
import type { LatestRead, Location, LocationPage, TimeRange } from "@purrimeter/store/location";
import type { OwnerView } from "@purrimeter/store/owner-view";
import type { ViewerView } from "@purrimeter/store/viewer-view";

/** The latest location, as the tag's owner or else as one whom the owner lets look. */
export async function readLatest(
  owner: OwnerView,
  viewer: ViewerView,
  tag: TagId,
  as: LatestRead,
): Promise<Location | undefined | "not-found"> {
  const location = await owner.latest(tag, as);
  return location === "not-found" ? viewer.latest(tag, as) : location;
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
