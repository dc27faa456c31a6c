import type { EntryNumber, Epoch, LatE7, LonE7, TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { GeofenceId } from "../geofences/geofence.ts";
import type { AlertChannelId, AlertRuleId, AlertRuleKind } from "./alert-rule.ts";

declare const brand: unique symbol;

/** Random id of an alert, 26 of a-z 2-7. */
export type AlertId = string & { readonly [brand]: "AlertId" };

/** Milliseconds of UTC since 1970. */
export type UnixMs = number;

/** What an alert says. `heard-again` follows `silent`; `test` was asked for; `channel-failed` and `channel-gone` tell of an endpoint; `many` joins what was too much. */
export type AlertKind = AlertRuleKind | "heard-again" | "test" | "channel-failed" | "channel-gone" | "many";

/** Everything that the text of an alert is made from; sealed. Times are seconds of UTC. */
export interface AlertFacts {
  readonly tagName?: string | undefined;
  readonly geofence?: { readonly id: GeofenceId; readonly name: string | undefined } | undefined;
  /** When it happened, as far as anybody knows. */
  readonly at: UnixSeconds;
  /** Whether the fact is doubted, or came so late that the text names its age. */
  readonly isDoubted?: boolean | undefined;
  readonly isLate?: boolean | undefined;
  /** Of a change to outside from `unknown` whose last known side was inside. */
  readonly fromUnknown?: boolean | undefined;
  /** Of "left" that was followed by "came back" before anybody was told, and of the reverse. */
  readonly backAt?: UnixSeconds | undefined;
  readonly batteryPercent?: number | undefined;
  /** Of `silent`, `heard-again`: when the tag was heard last, and where it was then. */
  readonly lastHeardAt?: UnixSeconds | undefined;
  readonly place?: { readonly latE7: LatE7; readonly lonE7: LonE7; readonly accuracyDm: number } | undefined;
  readonly longerThanS?: number | undefined;
  /** Of `shared`: the owner's word for the viewer. Of `channel-failed`, `channel-gone`: the channel's name. */
  readonly name?: string | undefined;
  /** Of `many`: how many alerts it stands for. */
  readonly count?: number | undefined;
  /** Entries that decided it: a tag's journal numbers, both ends included. */
  readonly evidence?:
    { readonly epoch: Epoch; readonly first: EntryNumber; readonly last: EntryNumber } | undefined;
}

/** When each stage was reached; undefined when it was not, or is not known. */
export interface AlertStages {
  /** By the tag's clock. */
  readonly decidedAt: UnixMs | undefined;
  /** The report arrived at the bridge: the tag had sent it by then. */
  readonly sentAt: UnixMs | undefined;
  /** Its commit was seen. */
  readonly storedAt: UnixMs | undefined;
  /** The first attempt to deliver began. */
  readonly handedAt: UnixMs | undefined;
  /** The first channel took it. */
  readonly deliveredAt: UnixMs | undefined;
}

/** `waiting` for its time; `delivered`; `failed` for good; `dropped`: the alert was no longer true, was muted or its channel went. */
export type DeliveryState = "waiting" | "delivered" | "failed" | "dropped";

export interface AlertDelivery {
  readonly channel: AlertChannelId;
  readonly state: DeliveryState;
  readonly attempts: number;
  /** Constant text of the last attempt that was not taken. */
  readonly lastError: string | undefined;
  /** TLS of the last attempt, such as "TLSv1.3"; undefined when there was none. */
  readonly tls: string | undefined;
  readonly nextAt: UnixMs | undefined;
}

/** An alert as the account reads it that was told. */
export interface Alert {
  readonly id: AlertId;
  /** Grows with every alert of the installation. */
  readonly sequence: number;
  readonly kind: AlertKind;
  readonly rule: AlertRuleId | undefined;
  /** undefined for what is about no tag. */
  readonly tag: TagId | undefined;
  readonly createdAt: UnixSeconds;
  /** undefined when it does not open under its key. */
  readonly facts: AlertFacts | undefined;
  readonly stages: AlertStages;
  readonly deliveries: readonly AlertDelivery[];
  readonly readAt: UnixSeconds | undefined;
  readonly acknowledgedAt: UnixSeconds | undefined;
  /** It is told again at this time unless it is acknowledged before. */
  readonly snoozedUntil: UnixSeconds | undefined;
}

/** How long alerts are kept, unless their owner chose less. */
export const ALERTS_KEPT_S = 90 * 86_400;

/** What the account wants of messages. */
export interface AlertPreferences {
  readonly language: "en" | "de";
  /** IANA name, such as Europe/Zurich. */
  readonly timeZone: string;
}

export const DEFAULT_PREFERENCES: AlertPreferences = { language: "en", timeZone: "UTC" };
