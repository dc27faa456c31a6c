import type { EntryNumber, Epoch, LatE7, LonE7, Side, TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { FinderReport } from "../tags/finder-reports.ts";
import type { InviteOutcome, Share, ShareDraft, ShareId } from "../sharing/share.ts";
import type { Doubt } from "../recording/doubt.ts";
import type { AcceptedTransfer, ConfirmOutcome, Transfer } from "../transfers/transfer.ts";

declare const brand: unique symbol;

/** Id of an account, the `sub` of its tokens. */
export type OwnerId = string & { readonly [brand]: "OwnerId" };

/** Random id of a geofence, 26 of a-z 2-7. */
export type GeofenceId = string & { readonly [brand]: "GeofenceId" };

/** Some of a list, and where the rest begins (undefined: that was all). */
export interface Page<Item, Position> {
  readonly items: readonly Item[];
  readonly next: Position | undefined;
}

export interface OwnedTag {
  readonly id: TagId;
  readonly name: string;
  readonly claimedAt: UnixSeconds;
  readonly lastHeardAt: UnixSeconds | undefined;
  readonly batteryPercent: number | undefined;
  readonly settings: {
    readonly wanted: number;
    /** Version that the tag says it runs; 0 for none yet. */
    readonly reported: number;
  };
}

export type GeofenceShape =
  | {
      readonly kind: "polygon";
      /** Open ring, as in PolygonSetting. */
      readonly vertices: readonly { readonly latE7: LatE7; readonly lonE7: LonE7 }[];
    }
  | { readonly kind: "circle"; readonly latE7: LatE7; readonly lonE7: LonE7; readonly radiusCm: number };

/** What an owner says of a geofence. The shape has been validated by the caller; limits per tag are checked here. */
export interface GeofenceDraft {
  readonly name: string;
  readonly shape: GeofenceShape;
  readonly tagIds: readonly TagId[];
}

export interface Geofence extends GeofenceDraft {
  readonly id: GeofenceId;
  /** 1, 2, ... grows with every replacement; what an ETag is made of. */
  readonly version: number;
  readonly createdAt: UnixSeconds;
  readonly changedAt: UnixSeconds;
}

/** Why a geofence was not written. `tag-not-found` for a missing and for a foreign tag. */
export type GeofenceRefusal =
  | "not-found"
  | "version-mismatch"
  | "tag-not-found"
  /** A tag would have more than MAX_GEOFENCES. */
  | "too-many-geofences"
  /** A tag's polygons would have more than MAX_TAG_VERTICES in all. */
  | "too-many-vertices"
  /** The owner has MAX_OWNER_GEOFENCES. */
  | "too-many-owned";

export type GeofenceOutcome =
  | { readonly kind: "written"; readonly geofence: Geofence }
  | { readonly kind: "refused"; readonly reason: GeofenceRefusal };

/** Place of an entry in time. Pages go on strictly after it. */
export interface EntryPosition {
  readonly at: UnixSeconds;
  readonly epoch: Epoch;
  readonly number: EntryNumber;
}

export interface Location extends EntryPosition {
  readonly latE7: LatE7;
  readonly lonE7: LonE7;
  readonly accuracyDm: number;
  readonly receivedAt: UnixSeconds;
  readonly doubt: Doubt | undefined;
}

/** A transition as its owner sees it. */
export interface GeofenceEvent extends EntryPosition {
  /** undefined when the tag named a geofence that the cloud does not know. The name stays readable after deletion. */
  readonly geofence: { readonly id: GeofenceId; readonly name: string } | undefined;
  readonly from: Side;
  readonly to: Side;
  readonly recordedAt: UnixSeconds;
}

/** A stretch of time, both ends included, read in ascending order of (at, epoch, number). */
export interface TimeRange {
  readonly from: UnixSeconds;
  readonly to: UnixSeconds;
  readonly after?: EntryPosition | undefined;
  /** 1 to 1,000. */
  readonly limit: number;
}

export interface ListRange<Id> {
  readonly after?: Id | undefined;
  /** 1 to 1,000. */
  readonly limit: number;
}

/** All that one owner may see and change; the only object that reads locations. Missing and foreign give the same answer. */
export interface OwnerView {
  /** Ascending by id. */
  tags(range: ListRange<TagId>): Promise<Page<OwnedTag, TagId>>;
  tag(id: TagId): Promise<OwnedTag | "not-found">;
  /** A code works once. Wrong, used and revoked give the same answer. Starts a new ownership; a former owner loses the tag. */
  claim(code: string, name: string): Promise<OwnedTag | "wrong-code">;
  renameTag(id: TagId, name: string): Promise<OwnedTag | "not-found">;

  /** Ascending by id. */
  geofences(range: ListRange<GeofenceId>): Promise<Page<Geofence, GeofenceId>>;
  geofence(id: GeofenceId): Promise<Geofence | "not-found">;
  createGeofence(draft: GeofenceDraft): Promise<GeofenceOutcome>;
  /** `expectedVersion` as in If-Match; undefined replaces whatever is there. */
  replaceGeofence(
    id: GeofenceId,
    draft: GeofenceDraft,
    expectedVersion: number | undefined,
  ): Promise<GeofenceOutcome>;
  deleteGeofence(
    id: GeofenceId,
    expectedVersion: number | undefined,
  ): Promise<"deleted" | "not-found" | "version-mismatch">;

  /** Suspect locations are included and marked. */
  locations(tag: TagId, range: TimeRange): Promise<Page<Location, EntryPosition> | "not-found">;
  /** The newest by time of the fix, suspects left out; undefined when there is none yet. */
  latest(tag: TagId): Promise<Location | undefined | "not-found">;
  events(tag: TagId, range: TimeRange): Promise<Page<GeofenceEvent, EntryPosition> | "not-found">;

  /** Who may look at the tag, and who is invited: those that last, by id. */
  shares(tag: TagId): Promise<readonly Share[] | "not-found">;
  /** The code works once, within INVITATION_S. */
  inviteViewer(tag: TagId, draft: ShareDraft): Promise<InviteOutcome>;
  /** Takes a viewer's right, or withdraws an invitation; at once. */
  removeShare(tag: TagId, id: ShareId): Promise<"removed" | "not-found">;

  /** undefined when the tag is not offered. */
  transfer(tag: TagId): Promise<Transfer | undefined | "not-found">;
  /** A one-time code with which another account accepts the tag, within OFFER_S. An offer that stood before is void. */
  offerTransfer(tag: TagId): Promise<{ readonly code: string; readonly transfer: Transfer } | "not-found">;
  cancelTransfer(tag: TagId): Promise<"cancelled" | "not-found">;
  /** As the recipient of somebody else's tag; nothing of it is theirs before its owner confirms. */
  acceptTransfer(code: string): Promise<AcceptedTransfer | "wrong-code">;
  /** Gives the tag away: a new ownership starts, neither sees the other's time, and what was shared ends. */
  confirmTransfer(tag: TagId, checkNumber: string): Promise<ConfirmOutcome>;

  /** What people wrote who found the tag, oldest first. */
  finderReports(tag: TagId): Promise<readonly FinderReport[] | "not-found">;

  /** Ends the ownership and deletes all that was stored in it. */
  eraseTag(tag: TagId): Promise<"erased" | "not-found">;
  /** Deletes everything of this owner and destroys the owner's key, so that backups become unreadable too. */
  eraseOwner(): Promise<void>;
}
