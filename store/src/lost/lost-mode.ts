import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { ClockRefusal } from "../tags/clock-refusal.ts";

/** What an owner says of a lost cat's tag. */
export interface LostDraft {
  /** Seconds from one contact to the next, 30 to 3,600. */
  readonly intervalS: number;
  /** Whether the buzzer sounds when the tag moves. */
  readonly hasSound: boolean;
  /** Ends when the battery has this percentage, 5 to 50. */
  readonly floorPercent: number;
  /** For ever when undefined. */
  readonly until: UnixSeconds | undefined;
}

/** Who or what ended it. */
export type LostEnd = "owner" | "until" | "battery";

/** The newest lost mode of a tag's ownership. */
export interface LostState extends LostDraft {
  readonly startedAt: UnixSeconds;
  readonly ended: { readonly at: UnixSeconds; readonly by: LostEnd } | undefined;
  /**
   * Of one that has not ended: the tag has not got it (`waiting`), says that it is in it, has ended it by itself (`over`), or has
   * firmware that does not know it.
   */
  readonly tag: "waiting" | "on" | "over" | "too-old";
}

/** What is known before it is turned on, and since. */
export interface LostView {
  /** undefined when the cat never was lost. */
  readonly lost: LostState | undefined;
  readonly batteryPercent: number | undefined;
}

export type LostOutcome =
  | { readonly kind: "set"; readonly lost: LostState }
  | { readonly kind: "refused"; readonly reason: "not-found" | "battery-too-low" | "revoked" | ClockRefusal };

/** Lost mode of one owner's tags. Missing and foreign give the same answer. */
export interface LostModesView {
  lost(tag: TagId): Promise<LostView | "not-found">;
  /** Turns it on, or changes it. The tag's settings have a new version afterwards. */
  setLost(tag: TagId, draft: LostDraft): Promise<LostOutcome>;
  /** Nothing happens when it is not on. */
  endLost(tag: TagId): Promise<"ended" | "not-found">;
}

/** What the bridge does with lost modes. */
export interface LostWork {
  /** Ends those whose time or battery is over: their tags' settings have a new version. Cheap when there are none. */
  endLostModes(now: UnixSeconds): Promise<void>;
}
