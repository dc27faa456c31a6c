import type { WriteTransaction } from "@purrimeter/database/write-transaction";
import type { TagId } from "@purrimeter/protocol/values";
import type { StoreTrail } from "../audit/store-trail.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import type { Alert, AlertId, AlertPreferences } from "./alert.ts";
import type { AlertChannel, AlertChannelDraft } from "./alert-channel.ts";
import type { AlertChannelId, AlertRule, AlertRuleDraft, AlertRuleId } from "./alert-rule.ts";
import type {
  AlertRange,
  AlertsView,
  ChannelOutcome,
  Mute,
  ProofOutcome,
  RuleOutcome,
} from "./alerts-view.ts";
import type { OwnedAlerts } from "./owned-alerts.ts";
import type { OwnedChannels } from "./owned-channels.ts";
import type { OwnedRules } from "./owned-rules.ts";
import type { PreferenceRows } from "./preference-rows.ts";

/** What AccountAlerts is made of: nothing but `account` is of any account. */
export interface AccountAlertsParts {
  readonly account: OwnerId;
  readonly alerts: OwnedAlerts;
  readonly rules: OwnedRules;
  readonly channels: OwnedChannels;
  readonly preferences: PreferenceRows;
  readonly writes: WriteTransaction;
  readonly trail: StoreTrail;
  /** Writes a test alert over a channel. */
  readonly sendTest: (
    account: OwnerId,
    channel: AlertChannelId,
  ) => Promise<{ readonly id: AlertId } | "not-found" | "not-proved">;
}

/** What one account is told, how and where, on SQLite. */
export class AccountAlerts implements AlertsView {
  readonly #parts: AccountAlertsParts;

  constructor(parts: AccountAlertsParts) {
    this.#parts = parts;
  }

  alerts(range: AlertRange): ReturnType<AlertsView["alerts"]> {
    return this.#parts.alerts.list(this.#parts.account, range);
  }

  alert(id: AlertId): Promise<Alert | "not-found"> {
    return this.#parts.alerts.get(this.#parts.account, id);
  }

  markAlert(id: AlertId, change: Parameters<AlertsView["markAlert"]>[1]): Promise<Alert | "not-found"> {
    return this.#parts.alerts.mark(this.#parts.account, id, change);
  }

  markAllRead(throughSequence: number): Promise<void> {
    return Promise.try(() => {
      this.#parts.alerts.markAllRead(this.#parts.account, throughSequence);
    });
  }

  alertRules(): Promise<readonly AlertRule[]> {
    return this.#parts.rules.list(this.#parts.account);
  }

  addAlertRule(draft: AlertRuleDraft): Promise<RuleOutcome> {
    return this.#parts.rules.add(this.#parts.account, draft);
  }

  changeAlertRule(id: AlertRuleId, draft: AlertRuleDraft): Promise<RuleOutcome> {
    return this.#parts.rules.change(this.#parts.account, id, draft);
  }

  removeAlertRule(id: AlertRuleId): Promise<"removed" | "not-found"> {
    return this.#parts.rules.remove(this.#parts.account, id);
  }

  alertChannels(): Promise<readonly AlertChannel[]> {
    return this.#parts.channels.list(this.#parts.account);
  }

  addAlertChannel(draft: AlertChannelDraft): Promise<ChannelOutcome> {
    return this.#parts.channels.add(this.#parts.account, draft);
  }

  proveAlertChannel(id: AlertChannelId, code: string): Promise<ProofOutcome> {
    return this.#parts.channels.prove(this.#parts.account, id, code);
  }

  sendProofAgain(id: AlertChannelId): Promise<"sent" | "not-found" | "proved-already"> {
    return this.#parts.channels.sendAgain(this.#parts.account, id);
  }

  resumeAlertChannel(id: AlertChannelId): Promise<AlertChannel | "not-found"> {
    return this.#parts.channels.resume(this.#parts.account, id);
  }

  rotateWebhook(id: AlertChannelId): Promise<AlertChannel | "not-found"> {
    return this.#parts.channels.rotate(this.#parts.account, id);
  }

  removeAlertChannel(id: AlertChannelId): Promise<"removed" | "not-found"> {
    return Promise.try(() => this.#parts.channels.remove(this.#parts.account, id));
  }

  async testAlertChannel(id: AlertChannelId): Promise<Alert | "not-found" | "not-proved"> {
    const { account, alerts, sendTest } = this.#parts;
    const sent = await sendTest(account, id);
    return typeof sent === "string" ? sent : alerts.get(account, sent.id);
  }

  muteTag(tag: TagId, until: Mute | undefined): Promise<"muted" | "not-found"> {
    return Promise.try(() => this.#parts.alerts.mute(this.#parts.account, tag, until));
  }

  mutedUntil(tag: TagId): Promise<Mute | undefined | "not-found"> {
    return Promise.try(() => this.#parts.alerts.mutedUntil(this.#parts.account, tag));
  }

  alertPreferences(): Promise<AlertPreferences> {
    return Promise.try(() => this.#parts.preferences.of(this.#parts.account));
  }

  setAlertPreferences(change: Partial<AlertPreferences>): Promise<AlertPreferences> {
    const { account, preferences, trail, writes } = this.#parts;
    return Promise.try(() =>
      writes.run(() => {
        trail.record({ event: "account.alerts-changed", actor: account, account, subject: "" });
        return preferences.set(account, change);
      }),
    );
  }
}
