import type { CommandKind } from "../commands/command.ts";

/**
 * What of a tag is read: the newest location, past ones, the stream, events, what finders wrote, answers to commands, the
 * owner's geofences, totals of deleted days, and alerts.
 */
export type ReadKind =
  "latest" | "history" | "live" | "events" | "found" | "commands" | "geofences" | "totals" | "alerts";

/** What the trail of locations records. Names are stable. */
type StoreEventName =
  | `${ReadKind}.read`
  | `${ReadKind}.read-more`
  | "alert-channel.added"
  | "alert-channel.gone"
  | "alert-channel.paused"
  | "alert-channel.proved"
  | "alert-channel.removed"
  | "alert-channel.resumed"
  | "alert-channel.rotated"
  | "alert-channel.tested"
  | "alert-rule.changed"
  | "alert-rule.created"
  | "alert-rule.removed"
  | "alerts.muted"
  | "geofence.changed"
  | "geofence.created"
  | "geofence.deleted"
  | "account.alerts-changed"
  | "account.exported"
  | "account.imported"
  | `command.${CommandKind}`
  | "location.believed"
  | "location.doubted"
  | "locations.erased"
  | "locations.exported"
  | "locations.stretch-erased"
  | "owner-key.rotated"
  | "retention.begun"
  | "retention.changed"
  | "retention.deleted"
  | "service.started"
  | "share.accepted"
  | "share.changed"
  | "share.invited"
  | "share.left"
  | "share.removed"
  | "tag.claimed"
  | "tag.code-renewed"
  | "tag.detection-set"
  | "tag.erased"
  | "tag.lost"
  | "tag.lost-ended"
  | "tag.pace-set"
  | "tag.registered"
  | "tag.renamed"
  | "tag.revoked"
  | "transfer.accepted"
  | "transfer.cancelled"
  | "transfer.confirmed"
  | "transfer.offered";

/** Who did what to whose tag: ids of accounts, which become pseudonyms; empty for none. */
export interface StoreEvent {
  readonly event: StoreEventName;
  readonly actor: string;
  /** The tag's owner. */
  readonly account: string;
  /** Id of the tag, geofence, rule or channel; name and version of a service. */
  readonly subject: string;
  readonly count?: number;
}

/** Somebody reads what is kept of a tag. */
export interface TagRead {
  readonly kind: ReadKind;
  readonly actor: string;
  /** The tag's owner. */
  readonly account: string;
  /** Empty for what is of no single tag. */
  readonly tag: string;
  /** A stream that goes on: no look of a person, so it is recorded once an hour and not counted. */
  readonly goesOn?: boolean | undefined;
}
