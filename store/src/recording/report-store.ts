import type { DecodeReason } from "@purrimeter/protocol/decode-error";
import type { Report, Settings, Status } from "@purrimeter/protocol/messages";
import type { AnswerOutcome, FixEntry } from "@purrimeter/protocol/entry";
import type { EntryNumber, Epoch, TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { Doubt } from "./doubt.ts";

/** Whether reports of a tag are taken: only those of a claimed one are. */
export type RegistrationState = "claimed" | "unclaimed" | "unknown" | "revoked";

/** When the bridge had the report. */
export interface ReceivedAt {
  readonly at: UnixSeconds;
  /** The same in milliseconds of UTC, where it is known. */
  readonly atMs?: number | undefined;
}

/** When the bridge had the report, and what it thinks of each entry: one place an entry, or undefined for no doubt at all. */
export interface Received extends ReceivedAt {
  readonly suspect: readonly (Doubt | undefined)[] | undefined;
}

/** What the entries of a report are judged by: the ownership into which they are stored, and nothing of a former one. */
export interface JudgedOwnership {
  /** Another one for each ownership of each tag. */
  readonly id: number;
  /** Entries dated before this are a former owner's: they are not stored and say nothing of the others. */
  readonly entriesFrom: number;
  /** The newest believed fix that is stored, if the judge does not know this ownership; undefined when there is none. */
  readonly believed: FixEntry | undefined;
}

/** A report whose entries are judged when its ownership is known, in the transaction that stores it. */
export interface Unjudged extends ReceivedAt {
  /** Whether the judge has judged in the ownership of that id. If not, what is believed is read before the transaction. */
  readonly knows: (ownership: number) => boolean;
  readonly judge: (ownership: JudgedOwnership) => Received["suspect"];
}

/** The report is on disk. `epoch`, `through` and `ahead` are what a StoredAck says. */
export interface Stored {
  readonly kind: "stored";
  readonly epoch: Epoch;
  /** Every number up to this is stored or will never come; 0 when there is none. */
  readonly through: number;
  readonly ahead?: { readonly first: EntryNumber; readonly last: EntryNumber };
  /** Entries that this report added. */
  readonly stored: number;
  /** Entries that were there already. */
  readonly duplicates: number;
  /** Entries from before a change of owner: acknowledged, never stored. */
  readonly withheld: number;
  /** Entries of a day that holds MAX_ENTRIES_A_DAY already: acknowledged, never stored. */
  readonly overfull?: number;
  /** Numbers before this report that will never come, found with it: a new hole. */
  readonly missing?: number;
  /** What answers to commands, of those that this report added, say; absent for none. */
  readonly answered?: readonly AnswerOutcome[];
}

/**
 * Why nothing of it was stored. None is final: the tag keeps its entries. `unclaimed` also covers unknown and revoked tags,
 * and those whose owner was erased. `key-missing`: the tag has an owner, and the key that seals what it says is not there.
 */
type Refusal = "unclaimed" | "storage-full" | "busy" | "key-missing";

export interface Refused {
  readonly kind: "refused";
  readonly reason: Refusal;
}

export type RecordOutcome = Stored | Refused;

/** What became of a report that could not be decoded: set aside with the count of all such of the tag so far. */
export type DeadLetterOutcome = { readonly kind: "set-aside"; readonly count: number } | Refused;

/** Opaque place in the sequence of changed settings; undefined before the first look. */
export type SettingsCursor = number;

/** Tags whose wanted settings changed, and where the next look begins. */
export interface ChangedSettings {
  readonly tags: readonly TagId[];
  readonly cursor: SettingsCursor;
}

/** What the bridge may do with the store: record what tags say and read what is wanted of them. No location is read here. */
export interface ReportStore {
  /** Cheap: remembered until another process writes. */
  registrationState(tag: TagId): Promise<RegistrationState>;
  /** Resolves after the commit is on disk; safe to repeat with the same report in any order. */
  recordReport(tag: TagId, report: Report, received: Received | Unjudged): Promise<RecordOutcome>;
  /** Keeps the bytes sealed, the newest few of each tag. The count goes on. */
  keepDeadLetter(
    tag: TagId,
    bytes: Uint8Array,
    reason: DecodeReason,
    at: UnixSeconds,
  ): Promise<DeadLetterOutcome>;
  /**
   * What the tag should run, or undefined for a tag without owner. Rejects with MissingKeyError when one of its geofences
   * does not open: the tag goes on with the settings that it has, because without that geofence it would not see an escape.
   */
  wantedSettings(tag: TagId): Promise<Settings | undefined>;
  /** Newest wire version that the tag reads, as its last online status said; 1 for a tag that never said it. */
  wireVersionOf(tag: TagId): Promise<number>;
  /**
   * Keeps what the tag says of itself: version of settings, firmware, online, wire version. A tag that reads version 2 for the
   * first time has not got its step of detection: then its settings have a new version afterwards.
   */
  recordStatus(tag: TagId, status: Status, at: UnixSeconds): Promise<{ readonly kind: "recorded" } | Refused>;
  /** Keeps for the owner that the tag's certificate begins more sessions than one tag needs: a copy may be in use. */
  recordManySessions(tag: TagId, at: UnixSeconds): Promise<{ readonly kind: "recorded" } | Refused>;
  /** Tags whose wanted settings changed since the cursor; without one nothing but the present cursor. Costs microseconds when nothing changed. */
  settingsChangedSince(cursor: SettingsCursor | undefined): Promise<ChangedSettings>;
}
