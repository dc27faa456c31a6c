import type { AnswerOutcome, TransitionEntry } from "@purrimeter/protocol/entry";
import type { EntryNumber, Epoch, TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { GeofenceId } from "../geofences/geofence.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import type { Doubt } from "../recording/doubt.ts";
import type {
  Alert,
  AlertFacts,
  AlertId,
  AlertKind,
  AlertPreferences,
  AlertStages,
  UnixMs,
} from "./alert.ts";
import type { AlertEndpoint } from "./alert-channel.ts";
import type { AlertChannelId, AlertRule, AlertRuleId } from "./alert-rule.ts";

/** Something that happened, as the outbox has it, or a time that was asked for. */
export type AlertEvent =
  | {
      readonly kind: "transition";
      readonly at: UnixSeconds;
      readonly epoch: Epoch;
      readonly number: EntryNumber;
      readonly receivedAtMs: UnixMs;
      readonly geofence: { readonly id: GeofenceId; readonly name: string | undefined } | undefined;
      readonly entry: TransitionEntry;
      readonly doubt: Doubt | undefined;
    }
  | { readonly kind: "battery"; readonly at: UnixSeconds; readonly percent: number }
  | { readonly kind: "claimed"; readonly at: UnixSeconds }
  | { readonly kind: "found"; readonly at: UnixSeconds; readonly report: number }
  | {
      readonly kind: "shared";
      readonly at: UnixSeconds;
      readonly share: string;
      readonly name: string | undefined;
    }
  | { readonly kind: "command"; readonly at: UnixSeconds; readonly command: number }
  /** A timer of the state is due. */
  | { readonly kind: "due"; readonly at: UnixSeconds };

/** Kinds of what the outbox has. */
export type OutboxKind = Exclude<AlertEvent["kind"], "due">;

/** One event to be judged, with all that judging needs. */
export interface AlertTask {
  /** Of the outbox or of the timer, and of the lease; opaque. */
  readonly id: string;
  /** How often it was postponed. */
  readonly attempts: number;
  readonly event: AlertEvent;
  readonly ownership: number;
  readonly owner: OwnerId;
  readonly tag: TagId;
  readonly tagName: string | undefined;
  readonly rules: readonly AlertRule[];
  readonly preferences: AlertPreferences;
  readonly mutedUntil: UnixSeconds | "for-ever" | undefined;
  /** What the rules remembered of this ownership, as `conclude` kept it; undefined at first. JSON. */
  readonly state: unknown;
  readonly lastHeardAt: UnixSeconds | undefined;
  readonly lastPlace: AlertFacts["place"];
  readonly batteryPercent: number | undefined;
  /** Of commands that are open, or ended within a day. */
  readonly commands: readonly AlertCommand[];
  /** Viewers whom the owner lets be alerted. */
  readonly viewers: readonly OwnerId[];
  /** Those that the tag has at present; without a name when it does not open under its key. */
  readonly geofences: readonly { readonly id: GeofenceId; readonly name: string | undefined }[];
  /** Alerts of the ownership whose deliveries have not begun: they can be replaced. */
  readonly untold: readonly AlertId[];
}

export interface AlertCommand {
  readonly command: number;
  readonly kind: string;
  readonly createdAt: UnixSeconds;
  readonly expiresAt: UnixSeconds;
  readonly outcome: AnswerOutcome | undefined;
}

/** An alert that a rule wants told. */
export interface AlertDraft {
  /** Random, chosen by who drafts: the state remembers it. */
  readonly id: AlertId;
  readonly kind: AlertKind;
  readonly rule: AlertRuleId | undefined;
  readonly facts: AlertFacts;
  readonly stages: Pick<AlertStages, "decidedAt" | "sentAt" | "storedAt">;
  /** False when the owner has muted the tag: then it is for viewers alone, and the owner has no alert. */
  readonly toOwner: boolean;
  /** Which of the owner's channels; all that are active when undefined. */
  readonly channels: readonly AlertChannelId[] | undefined;
  /** Whether it is told to viewers too, over all their channels. */
  readonly toViewers: boolean;
  /** Not before this; at once when undefined. */
  readonly notBefore: UnixMs | undefined;
  /** Deliveries of these alerts of the same ownership that have not begun are dropped: this one tells more. */
  readonly replaces: readonly AlertId[];
}

/** What became of a task; kept in one transaction, with which the task is done. */
export interface AlertConclusion {
  readonly alerts: readonly AlertDraft[];
  /** JSON; undefined forgets it. */
  readonly state: unknown;
  /** When a `due` event of this ownership is wanted next; undefined for none. Replaces the former one. */
  readonly dueAt: UnixSeconds | undefined;
}

/** A delivery that is due. */
export interface DeliveryTask {
  /** By which finish() knows whether it is still this caller's; opaque. */
  readonly lease: string;
  /** Idempotency id: of this alert on this channel, the same at each attempt. 26 of a-z 2-7. */
  readonly id: string;
  readonly alert: Pick<Alert, "id" | "kind" | "tag" | "createdAt" | "stages"> & {
    readonly facts: AlertFacts;
  };
  readonly account: OwnerId;
  readonly channel: AlertChannelId;
  /** undefined: ACCOUNT_MAIL, whose address auth knows. */
  readonly endpoint: AlertEndpoint | undefined;
  /** Of a proof: the code that the endpoint is to show. */
  readonly proofCode: string | undefined;
  readonly preferences: AlertPreferences;
  /** Attempts that were made before, of which it is known how they went. */
  readonly attempts: number;
  readonly firstAttemptAt: UnixMs | undefined;
  /** Whether the last attempt over this channel failed, of whatever alert. */
  readonly isFailing: boolean;
}

/** What an attempt came to. */
export type DeliveryResult =
  | { readonly kind: "delivered"; readonly atMs: UnixMs; readonly tls: string | undefined }
  | {
      readonly kind: "retry";
      readonly nextAtMs: UnixMs;
      readonly error: string;
      readonly tls: string | undefined;
      /** The endpoint was not asked, or it is not known: this is no attempt of the schedule, and no failure of the channel. */
      readonly isUnasked?: true;
    }
  | { readonly kind: "failed"; readonly error: string; readonly tls: string | undefined }
  /** The endpoint is there no more: its channel is `gone`, its other deliveries are dropped. */
  | { readonly kind: "gone"; readonly error: string; readonly tls: string | undefined };

/** All that the process `alerts` may do with the database: no location but the last one of a silent tag, no account. */
export interface AlertWork {
  /**
   * Up to `limit` tasks that are due, leased until `leaseMs` from now: of one ownership at most one, in the order of its events. A
   * process that dies leaves them to the next after the lease. A task whose owner is erased or whose key is missing is not given.
   * `withTimers`: whether timers are given too; not while the clock is doubted.
   */
  takeTasks(
    nowMs: UnixMs,
    leaseMs: number,
    limits: { readonly limit: number; readonly withTimers: boolean },
  ): Promise<readonly AlertTask[]>;
  /** False when the lease was lost: nothing is kept then. Those at the same time share a commit; one that fails undoes no other. */
  conclude(task: AlertTask, conclusion: AlertConclusion, nowMs: UnixMs): Promise<boolean>;
  /** It could not be judged: it comes again later, less and less often. */
  postpone(task: AlertTask, untilMs: UnixMs): Promise<void>;
  /**
   * Up to `limit` deliveries that are due, leased; at most `perAccount` of one account. Those of muted, acknowledged or replaced
   * alerts and of channels that are not active are dropped instead.
   */
  takeDeliveries(
    nowMs: UnixMs,
    leaseMs: number,
    limits: { readonly limit: number; readonly perAccount: number },
  ): Promise<readonly DeliveryTask[]>;
  /** Gives a delivery back that was not tried: it is due again then. Nothing when the lease was lost. */
  giveBack(delivery: DeliveryTask, untilMs: UnixMs): Promise<void>;
  /**
   * False when the lease was lost. A channel that has failed for PAUSE_AFTER_S is paused, and its account told another way.
   * `beganMs`: when the attempt began, now unless given; of the first one it is the alert's `handedAt`. Those that are finished at
   * the same time share a commit; one that fails undoes no other.
   */
  finish(delivery: DeliveryTask, result: DeliveryResult, nowMs: UnixMs, beganMs?: UnixMs): Promise<boolean>;
  /**
   * Gives back what waits until a time that nothing waits for: it was taken or put off while the clock was ahead. Cheap when there is
   * nothing; not while the clock is doubted.
   */
  putRight(nowMs: UnixMs): Promise<void>;
  /** When the next task or delivery is due; undefined when there is none. */
  nextDueMs(): Promise<UnixMs | undefined>;
  /** Rows that wait, for metrics. */
  waiting(): Promise<{ readonly tasks: number; readonly deliveries: number }>;
}
