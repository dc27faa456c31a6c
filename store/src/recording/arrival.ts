import type { Report } from "@purrimeter/protocol/messages";
import type { TransitionEntry } from "@purrimeter/protocol/entry";
import type { LastKnown } from "@purrimeter/protocol/values";
import type { NumberState } from "./number-spans.ts";
import type { Received } from "./report-store.ts";

/** A report, and what else decides what it changes. */
export interface Arrival {
  readonly report: Report;
  readonly received: Received;
  /** Entries dated before this are a former owner's; 0 for the first owner. Seconds of UTC. */
  readonly entriesFrom: number;
  /** Transitions by settings of a version before this are by a former owner's geofences; 0 for the first owner. */
  readonly settingsFrom: number;
  /** What was last known of the same geofence's side before a transition, by those that are stored. */
  readonly knownBefore: (transition: TransitionEntry, number: number) => LastKnown;
  /** What is known of the report's epoch, when it is not the present one. Becomes part of the progress. */
  readonly pastNumbers: NumberState | undefined;
  /** Entries that are stored under a UTC day. */
  readonly storedOn: (day: number) => number;
}
