import type { TagId } from "@purrimeter/protocol/values";
import type { CommandsView } from "../commands/command.ts";
import type { ClockRefusal } from "../tags/clock-refusal.ts";
import type { LatestRead, Location, LocationPage, TimeRange } from "./location.ts";
import type { LiveView } from "../live/live-news.ts";
import type { HeldShare, ShareId } from "../sharing/share.ts";

/**
 * All that one account may see of others' tags, as long as their owners let it. No geofence and no event: the side of a
 * geofence says where home is. Nothing of a tag can be changed, and nothing shared further; commands may be given where the owner lets that. An ended, removed or
 * foreign share and none give the same answer.
 */
export interface ViewerView extends CommandsView, LiveView {
  /** An invitation's code works once, and not for the tag's owner. A second share of the same tag replaces the first. */
  acceptShare(code: string): Promise<HeldShare | "wrong-code" | ClockRefusal>;
  /** By id. */
  heldShares(): Promise<readonly HeldShare[]>;
  leaveShare(id: ShareId): Promise<"left" | "not-found">;
  /** As an owner's, if it is not from before the share began (its acceptance, or where its history begins). */
  latest(tag: TagId, as?: LatestRead): Promise<Location | undefined | "not-found">;
  /** From where the share's history begins. */
  locations(tag: TagId, range: TimeRange): Promise<LocationPage | "not-found" | "live-only">;
}
