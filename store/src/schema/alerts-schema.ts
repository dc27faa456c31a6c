import type { Generated } from "kysely";
import type { AlertKind, AlertPreferences, DeliveryState } from "../alerts/alert.ts";
import type { AlertChannelKind, AlertChannelState } from "../alerts/alert-channel.ts";
import type { AlertRuleKind } from "../alerts/alert-rule.ts";

/** The tables of alerts as Kysely sees them; alerts-sql.ts says what each is for. */
export interface AlertsSchema {
  alert_state: {
    ownership: number;
    events_ms: number | null;
    timer_ms: number | null;
    held_until_ms: Generated<number>;
    lease: string | null;
    attempts: Generated<number>;
    due_at: number | null;
    asked: Generated<number>;
    changed_at: Generated<number>;
    sealing_key: number | null;
    sealed: Buffer | null;
  };
  owner_preference: { owner: string; language: AlertPreferences["language"]; time_zone: string };
  alert_rule: {
    owner: string;
    id: string;
    kind: AlertRuleKind;
    changed_at: number;
    sealing_key: number;
    sealed: Buffer;
  };
  alert_channel: {
    id: string;
    owner: string;
    kind: AlertChannelKind;
    state: AlertChannelState;
    version: number;
    created_at: number;
    failing_since: number | null;
    proof_hash: Buffer | null;
    proof_until: number | null;
    proof_tries: Generated<number>;
    sealing_key: number;
    sealed: Buffer;
    tried_ms: number | null;
    error: string | null;
    tls: string | null;
  };
  alert: {
    sequence: Generated<number>;
    id: string;
    account: string;
    ownership: number | null;
    kind: AlertKind;
    rule: string | null;
    origin: string | null;
    joined: Generated<number>;
    count: number | null;
    created_at: number;
    decided_ms: number | null;
    sent_ms: number | null;
    stored_ms: number | null;
    handed_ms: number | null;
    delivered_ms: number | null;
    read_at: number | null;
    acknowledged_at: number | null;
    snoozed_until: number | null;
    sealing_key: number;
    sealed: Buffer;
  };
  alert_delivery: {
    id: string;
    /** null for the proof of a channel. */
    alert: string | null;
    account: string;
    ownership: number | null;
    channel: string;
    state: DeliveryState;
    attempts: Generated<number>;
    due_ms: number | null;
    lease: string | null;
    first_attempt_ms: number | null;
    error: string | null;
    tls: string | null;
    created_at: number;
    is_snoozed: Generated<number>;
    /** The code of a proof. */
    sealing_key: number | null;
    sealed: Buffer | null;
  };
  alert_mute: { account: string; ownership: number; until: number | null };
}
