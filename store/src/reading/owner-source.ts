import type { Entry, TransitionEntry } from "@purrimeter/protocol/entry";
import type { Detection } from "@purrimeter/protocol/messages";
import type { AlertPreferences } from "../alerts/alert.ts";
import type { AlertRuleDraft } from "../alerts/alert-rule.ts";
import type { CommandKind, CommandReason, CommandState } from "../commands/command.ts";
import type { LostEnd } from "../lost/lost-mode.ts";
import type { GeofenceShape } from "../geofences/geofence.ts";
import type { Afterwards } from "../retention/retention-choice.ts";
import type { Totals } from "./day-total.ts";
import type { Doubt } from "../recording/doubt.ts";

/** Rows of an archive as they are imported; times are seconds of UTC. `ownership` is the archive's number. */
interface OfOwnership {
  readonly ownership: number;
}

export interface ImportedOwnership {
  readonly id: number;
  readonly tag: string;
  readonly name: string;
  readonly started_at: number;
  readonly ended_at: number | null;
  readonly entries_from: number;
  readonly settings_from: number;
  readonly fix_interval_s: number;
  readonly report_interval_s: number;
  readonly detection: Detection;
}

export interface ImportedGeofence {
  readonly id: string;
  readonly version: number;
  readonly created_at: number;
  readonly changed_at: number;
  readonly deleted_at: number | null;
  readonly name: string | null;
  readonly shape?: GeofenceShape | undefined;
}

interface ImportedAssignment extends OfOwnership {
  readonly ref: number;
  readonly since_version: number;
  readonly until_version: number | null;
  readonly geofence: string;
  readonly vertices: number;
}

export interface ImportedEvent extends OfOwnership {
  readonly at: number;
  readonly epoch: number;
  readonly number: number;
  readonly recorded_at: number;
  readonly keep_day: number;
  readonly geofence: string | null;
  readonly entry: TransitionEntry;
  readonly doubt: Doubt | null;
}

interface ImportedHole extends OfOwnership {
  readonly epoch: number;
  readonly first: number;
  readonly last: number;
  readonly at: number;
}

interface ImportedAnswer extends OfOwnership {
  readonly command: number;
  readonly epoch: number;
  readonly number: number;
  readonly at: number;
  readonly recorded_at: number;
  readonly keep_day: number;
  readonly outcome: string;
}

/** As in the table of commands; who gave it is no account of this installation. */
export interface ImportedCommand extends OfOwnership {
  readonly id: number;
  readonly kind: CommandKind;
  readonly seconds: number;
  readonly state: CommandState;
  readonly reason: CommandReason | null;
  readonly created_at: number;
  readonly sent_at: number | null;
  readonly answered_at: number | null;
  readonly expires_at: number;
  /** Orders what is of the same second. */
  readonly change: number;
  readonly byViewer: boolean;
}

/** As in the table of lost modes. */
export interface ImportedLostMode extends OfOwnership {
  readonly interval_s: number;
  readonly buzz_s: number;
  readonly floor_percent: number;
  readonly until: number;
  readonly started_at: number;
  readonly version: number;
  readonly ended_at: number | null;
  readonly ended_by: LostEnd | null;
}

/** What is left of a UTC day, counted from 1970. */
interface ImportedTotal extends OfOwnership {
  readonly day: number;
  readonly totals: Totals;
}

/** As in the table of choices. */
interface ImportedChoice {
  readonly days: number | null;
  readonly afterwards: Afterwards;
  readonly former: number;
}

export interface ImportedEntry {
  readonly epoch: number;
  readonly number: number;
  readonly receivedAt: number;
  readonly doubt: Doubt | null;
  readonly entry: Entry;
}

interface ImportedRule {
  readonly id: string;
  readonly changed_at: number;
  readonly rule: AlertRuleDraft;
}

/** Without what proves to an endpoint who sends. */
export interface ImportedChannel {
  readonly id: string;
  readonly created_at: number;
  readonly name: string;
  readonly endpoint:
    | { readonly kind: "email"; readonly address: string }
    | { readonly kind: "webhook"; readonly url: string; readonly withPlace: boolean }
    | { readonly kind: "ntfy"; readonly url: string };
}

/** An owner's archive to be read. Everything in it was checked for its form; whose it may be is not known. */
export interface OwnerSource {
  readonly ownerships: readonly ImportedOwnership[];
  readonly geofences: readonly ImportedGeofence[];
  readonly assignments: readonly ImportedAssignment[];
  readonly holes: readonly ImportedHole[];
  readonly answers: readonly ImportedAnswer[];
  readonly commands: readonly ImportedCommand[];
  readonly lostModes: readonly ImportedLostMode[];
  readonly totals: readonly ImportedTotal[];
  /** undefined: nothing was chosen. */
  readonly choice: ImportedChoice | undefined;
  readonly rules: readonly ImportedRule[];
  readonly channels: readonly ImportedChannel[];
  /** undefined: nothing was said. */
  readonly preferences: AlertPreferences | undefined;
  events(): AsyncIterable<ImportedEvent>;
  /** Of an ownership, a day after the other. */
  entries(ownership: number): AsyncIterable<ImportedEntry>;
}

/** What was imported, or why nothing was; `what`: the tag or geofence that is the reason. */
export type ImportOutcome =
  | { readonly kind: "imported"; readonly tags: number; readonly geofences: number; readonly entries: number }
  | {
      readonly kind: "refused";
      readonly reason: "tag-taken" | "geofence-taken" | "has-data";
      readonly what: string;
    };
