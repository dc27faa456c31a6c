import type { ClockRefusal } from "../tags/clock-refusal.ts";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";

declare const brand: unique symbol;

/** Random id of a share, 26 of a-z 2-7. */
export type ShareId = string & { readonly [brand]: "ShareId" };

/** `live`: where the tag is while the share lasts. `history`: also where it was, from a time that the owner chose. */
type ShareKind = "live" | "history";

/** How long an invitation can be accepted. */
export const INVITATION_S = 7 * 86_400;

/** Viewers and open invitations of one tag; more is a mistake. */
export const MAX_SHARES = 20;

/** What an owner says of a new share. */
export interface ShareDraft {
  readonly kind: ShareKind;
  /** The owner's word for the viewer. */
  readonly name: string;
  /** For ever when left out. */
  readonly endsAt: UnixSeconds | undefined;
  /** Where the history begins; when left out now, so that nobody shows more than they thought of. */
  readonly historyFrom: UnixSeconds | undefined;
  /** False when left out. */
  readonly rights?: ShareRights | undefined;
}

/** What a viewer may do besides looking; what is left out stays as it is. */
export interface ShareRights {
  /** Whether the viewer is told of the tag too, by rules that say so. */
  readonly alerts?: boolean | undefined;
  /** Whether the viewer may give the tag commands. */
  readonly commands?: boolean | undefined;
}

/** A share as the tag's owner sees it. */
export interface Share {
  readonly id: ShareId;
  /** undefined, as is the rest, when the share cannot be read at all. */
  readonly kind: ShareKind | undefined;
  /** undefined when it does not open under its key. */
  readonly name: string | undefined;
  readonly createdAt: UnixSeconds;
  /** The invitation is void after this. */
  readonly inviteExpiresAt: UnixSeconds;
  /** undefined while nobody has accepted. */
  readonly acceptedAt: UnixSeconds | undefined;
  /** undefined for a live share. */
  readonly historyFrom: UnixSeconds | undefined;
  readonly endsAt: UnixSeconds | undefined;
  readonly alerts: boolean;
  readonly commands: boolean;
}

/** A share as its viewer sees it. */
export interface HeldShare {
  readonly id: ShareId;
  readonly tag: { readonly id: TagId; readonly name: string | undefined };
  readonly kind: ShareKind;
  readonly acceptedAt: UnixSeconds;
  readonly historyFrom: UnixSeconds | undefined;
  readonly endsAt: UnixSeconds | undefined;
  readonly alerts: boolean;
  readonly commands: boolean;
}

export type InviteOutcome =
  | { readonly kind: "invited"; readonly share: Share; readonly code: string }
  | { readonly kind: "refused"; readonly reason: "not-found" | "too-many-shares" | ClockRefusal };

/** Whom one owner lets look at their tags. */
export interface SharesView {
  /** Who may look at the tag, and who is invited: those that last, by id. */
  shares(tag: TagId): Promise<readonly Share[] | "not-found">;
  /** The code works once, within INVITATION_S. */
  inviteViewer(tag: TagId, draft: ShareDraft): Promise<InviteOutcome>;
  /** What the viewer may do besides looking, at once. What was to be told to a viewer who may no more is dropped. */
  changeShare(tag: TagId, id: ShareId, change: ShareRights): Promise<Share | "not-found">;
  /** Takes a viewer's right, or withdraws an invitation; at once. */
  removeShare(tag: TagId, id: ShareId): Promise<"removed" | "not-found">;
}
