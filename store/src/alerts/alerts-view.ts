import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { Alert, AlertId, AlertPreferences } from "./alert.ts";
import type { AlertChannel, AlertChannelDraft } from "./alert-channel.ts";
import type { AlertChannelId, AlertRule, AlertRuleDraft, AlertRuleId } from "./alert-rule.ts";

/** A page of alerts, newest first unless `after` asks for what came since. */
export interface AlertRange {
  /** Only alerts with a lower sequence. */
  readonly before?: number | undefined;
  /** Only alerts with a higher sequence, oldest first. */
  readonly after?: number | undefined;
  readonly onlyUnread?: boolean | undefined;
  readonly tag?: TagId | undefined;
  /** 1 to 200. */
  readonly limit: number;
}

export type ChannelOutcome =
  | { readonly kind: "made"; readonly channel: AlertChannel }
  | { readonly kind: "refused"; readonly reason: "too-many-channels" };

/** `wrong-code` also of one that has expired or was replaced. */
export type ProofOutcome = AlertChannel | "not-found" | "wrong-code" | "proved-already";

export type RuleOutcome =
  | { readonly kind: "kept"; readonly rule: AlertRule }
  | {
      readonly kind: "refused";
      readonly reason: "not-found" | "too-many-rules";
    }
  /** What the draft names is not this account's. `at`: which of that list, from 0. */
  | {
      readonly kind: "refused";
      readonly reason: "unknown-tag" | "unknown-geofence" | "unknown-channel";
      readonly at: number;
    };

export type Mute = "for-ever" | UnixSeconds;

/** Alerts, rules and channels of one account, as owner or viewer of tags. Missing and foreign give the same answer. */
export interface AlertsView {
  /** Ascending when `after` is given, descending otherwise. */
  alerts(
    range: AlertRange,
  ): Promise<{ readonly items: readonly Alert[]; readonly hasMore: boolean; readonly unread: number }>;
  alert(id: AlertId): Promise<Alert | "not-found">;
  /** An acknowledged alert is read, and told no more. */
  markAlert(
    id: AlertId,
    change: {
      readonly isRead?: boolean;
      readonly isAcknowledged?: boolean;
      readonly snoozedUntil?: UnixSeconds | null;
    },
  ): Promise<Alert | "not-found">;
  /** All alerts up to that sequence are read. */
  markAllRead(throughSequence: number): Promise<void>;

  /** With the built-in ones, which come first. */
  alertRules(): Promise<readonly AlertRule[]>;
  addAlertRule(draft: AlertRuleDraft): Promise<RuleOutcome>;
  /** Of a built-in one too; its kind stays. */
  changeAlertRule(id: AlertRuleId, draft: AlertRuleDraft): Promise<RuleOutcome>;
  /** A built-in one is turned off instead. */
  removeAlertRule(id: AlertRuleId): Promise<"removed" | "not-found">;

  /** Without ACCOUNT_MAIL, which has no row. */
  alertChannels(): Promise<readonly AlertChannel[]>;
  /** Makes it `unproved`, and sends the code to it; of push and ntfy of the same account and endpoint the row is kept. */
  addAlertChannel(draft: AlertChannelDraft): Promise<ChannelOutcome>;
  /** The code that came to the endpoint. */
  proveAlertChannel(id: AlertChannelId, code: string): Promise<ProofOutcome>;
  /** Sends a new code, which ends the former one. */
  sendProofAgain(id: AlertChannelId): Promise<"sent" | "not-found" | "proved-already">;
  /** A paused one is tried again. */
  resumeAlertChannel(id: AlertChannelId): Promise<AlertChannel | "not-found">;
  /** New secret and key of a webhook; the former sign too for ROTATION_S. */
  rotateWebhook(id: AlertChannelId): Promise<AlertChannel | "not-found">;
  removeAlertChannel(id: AlertChannelId): Promise<"removed" | "not-found">;
  /** Sends a test alert to it, also to ACCOUNT_MAIL; the alert says how it went. */
  testAlertChannel(id: AlertChannelId): Promise<Alert | "not-found" | "not-proved">;

  /** Nothing is told of the tag until then; `undefined` ends it. */
  muteTag(tag: TagId, until: Mute | undefined): Promise<"muted" | "not-found">;
  mutedUntil(tag: TagId): Promise<Mute | undefined | "not-found">;

  alertPreferences(): Promise<AlertPreferences>;
  setAlertPreferences(change: Partial<AlertPreferences>): Promise<AlertPreferences>;
}
