import type { AnswerOutcome } from "@purrimeter/protocol/entry";
import type { Detection } from "@purrimeter/protocol/messages";
import type { Generated } from "kysely";
import type { OutboxKind } from "../alerts/alert-work.ts";
import type { AlertsSchema } from "./alerts-schema.ts";
import type { CommandKind, CommandReason, CommandState } from "../commands/command.ts";
import type { Afterwards } from "../retention/retention-choice.ts";

/** The tables as Kysely sees them; migrations.ts says what each is for. Times are seconds of UTC, days are UTC days since 1970. */
export interface Schema extends AlertsSchema {
  tag: {
    id: string;
    registered_at: number;
    revoked_at: number | null;
    claim_hash: Buffer | null;
    ownership: number | null;
    /** 1 once it had an owner. */
    owned_before: number;
    settings_version: number;
    settings_change: number;
    printed_code: string | null;
    /** Numbers the changes of commands of all tags; 0 when there was none. */
    command_change: Generated<number>;
    /** No later ownership begins before this; 0 when none has ended. */
    last_owned_at: Generated<number>;
  };
  tag_status: {
    tag: string;
    at: number;
    online: number;
    settings_version: number;
    firmware: string;
    refused_version: number | null;
    refused_reason: string | null;
    /** Newest that the tag reads. */
    wire_version: Generated<number>;
  };
  owner: { id: string; sealing_key: number };
  sealing_key: { id: Generated<number>; owner: string; wrapped: Buffer };
  ownership: {
    id: Generated<number>;
    tag: string;
    owner: string;
    sealing_key: number;
    started_at: number;
    ended_at: number | null;
    /** Entries dated before this are of a former owner and not stored; 0 for the first owner. */
    entries_from: number;
    /** Transitions by settings of a version before this are by a former owner's geofences; 0 for the first owner. */
    settings_from: Generated<number>;
    /** When the tag's certificate last began more sessions than one tag needs. */
    many_sessions_at: number | null;
    name: Buffer;
    fix_interval_s: number;
    report_interval_s: number;
    detection: Generated<Detection>;
  };
  geofence: {
    id: string;
    owner: string;
    version: number;
    created_at: number;
    changed_at: number;
    deleted_at: number | null;
    sealing_key: number;
    sealed: Buffer;
  };
  assignment: {
    ownership: number;
    ref: number;
    since_version: number;
    until_version: number | null;
    geofence: string;
    vertices: number;
  };
  report: {
    id: Generated<number>;
    previous: number | null;
    ownership: number;
    epoch: number;
    first: number;
    first_at: number;
    last_at: number;
    received_at: number;
    sealing_key: number;
    sealed: Buffer;
    /** 0 when no fix is in it: then nothing of it is a location. */
    has_fix: number;
  };
  /** Deletions of the newest reports; `newest` is what was left. */
  report_cut: { id: Generated<number>; newest: number };
  tag_day: { day: number; ownership: number; last_report: number; keep_day: number; entries: number };
  tag_progress: {
    ownership: number;
    epoch: number;
    settled: number;
    spans: Buffer;
    last_heard_at: number;
    battery_percent: number | null;
    battery_epoch: number;
    battery_number: number;
    latest_report: number | null;
    latest_at: number;
    latest_epoch: number;
    latest_number: number;
  };
  past_epoch: { ownership: number; epoch: number; settled: number; spans: Buffer; left_at: number };
  hole: { ownership: number; epoch: number; first: number; last: number; at: number };
  event: {
    ownership: number;
    at: number;
    epoch: number;
    number: number;
    recorded_at: number;
    keep_day: number;
    geofence: string | null;
    sealing_key: number;
    sealed: Buffer;
  };
  outbox: {
    id: Generated<number>;
    ownership: number;
    at: number;
    epoch: number;
    number: number;
    created_at: number;
    /** Of a transition, as in its event. */
    sealing_key: number | null;
    sealed: Buffer | null;
    kind: Generated<OutboxKind>;
    /** Which geofence, percent, report, share or command; null for none. */
    subject: string | null;
    /** null in rows of an earlier version. */
    received_at_ms: number | null;
  };
  command_answer: {
    ownership: number;
    command: number;
    epoch: number;
    number: number;
    at: number;
    recorded_at: number;
    keep_day: number;
    outcome: AnswerOutcome;
  };
  command: {
    ownership: number;
    id: number;
    kind: CommandKind;
    seconds: number;
    state: CommandState;
    reason: CommandReason | null;
    created_at: number;
    sent_at: number | null;
    /** 0 when the tag did not know the time. */
    answered_at: number | null;
    expires_at: number;
    /** Who gave it; null for the owner. */
    viewer: string | null;
    /** Of the client's own key. */
    key_hash: Buffer | null;
    change: number;
  };
  set_aside: {
    id: Generated<number>;
    ownership: number;
    at: number;
    reason: string;
    sealing_key: number;
    sealed: Buffer;
  };
  set_aside_count: { ownership: number; count: number };
  share: {
    id: string;
    ownership: number;
    kind: "live" | "history";
    created_at: number;
    /** What a viewer with history reads begins here. */
    history_from: number;
    ends_at: number | null;
    /** Of the invitation, until it is used. */
    code_hash: Buffer | null;
    code_expires_at: number;
    viewer: string | null;
    accepted_at: number | null;
    sealing_key: number;
    name: Buffer;
    /** Whether the viewer may be alerted, and give commands. */
    alerts: Generated<number>;
    commands: Generated<number>;
  };
  transfer: {
    ownership: number;
    code_hash: Buffer | null;
    offered_at: number;
    expires_at: number;
    recipient: string | null;
    accepted_at: number | null;
    check_number: string | null;
  };
  found_report: {
    id: Generated<number>;
    ownership: number;
    at: number;
    sealing_key: number;
    sealed: Buffer;
    /** Keyed; null in rows of an earlier version. */
    address_hash: Buffer | null;
  };
  installation: { one: number; id: string | null; knows_owners: number };
  known_owner: { id: string };
  retention_choice: {
    owner: string;
    days: number | null;
    afterwards: Afterwards;
    /** 1 for an owner from before there was a choice. */
    former: number;
  };
  day_total: { ownership: number; day: number; sealing_key: number; sealed: Buffer };
  total_progress: {
    ownership: number;
    through_day: number;
    /** Of the sides at the day's end; null when none is known. */
    sealing_key: number | null;
    sealed: Buffer | null;
  };
  anonymous_day: { day: number; tags: number; outside_s: number; distance_m: number; exits: number };
  /** See @purrimeter/database/clock-table. */
  clock: { name: string; at: number };
}
