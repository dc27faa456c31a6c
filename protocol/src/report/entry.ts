import type { EntryNumber, GeofenceRef, LatE7, LastKnown, LonE7, Side, UnixSeconds } from "../values.ts";

/** One position that the receiver gave and the tag's filter accepted. */
export interface FixEntry {
  readonly kind: "fix";
  readonly at: UnixSeconds;
  readonly latE7: LatE7;
  readonly lonE7: LonE7;
  /** What the receiver claims, one standard deviation in decimetres, 1 to 65,535. */
  readonly accuracyDm: number;
  /** Speed over ground as the receiver gave it, 0 to 65,535 cm/s; absent when unknown. Version 2. */
  readonly speedCmS?: number;
  /** Course over ground as the receiver gave it, 0 to 3,599 tenths of a degree from north; absent when unknown. Version 2. */
  readonly courseDeg10?: number;
}

/** A decided change of side, with what made it, so that anyone can derive it again. */
export interface TransitionEntry {
  readonly kind: "transition";
  readonly at: UnixSeconds;
  readonly geofence: GeofenceRef;
  readonly from: Side;
  readonly to: Side;
  /** First entry whose evidence counted, up to the entry before this; its own number when none did. */
  readonly evidenceFrom: EntryNumber;
  /** Version of the settings whose geofence was decided. */
  readonly settingsVersion: number;
  /**
   * The last side that the tag knew before, also when `from` is unknown; null when it knew none. Absent when the entry is
   * of version 1, which does not say it.
   */
  readonly lastKnown?: LastKnown;
}

/** The receiver searched and found no position. */
interface NoSkyEntry {
  readonly kind: "no-sky";
  readonly at: UnixSeconds;
  /** How long it searched, 1 to 65,535 s. */
  readonly searchedS: number;
}

/** The tag's own state. */
export interface HealthEntry {
  readonly kind: "health";
  readonly at: UnixSeconds;
  /** 0 to 100. */
  readonly batteryPercent: number;
  /** Starts since the flash was new, 0 to 4,294,967,295. */
  readonly boots: number;
  /** Entries that were given up because the journal was full, 0 to 4,294,967,295. */
  readonly dropped: number;
}

/**
 * What became of a command: done (begun, for those that last); its expiry had passed; the tag cannot do it; ended by a
 * later `stop`.
 */
export type AnswerOutcome = "done" | "expired" | "refused" | "stopped";

/** The tag's answer to a command. Version 2. */
export interface AnswerEntry {
  readonly kind: "answer";
  readonly at: UnixSeconds;
  /** Id of the command. */
  readonly command: number;
  readonly outcome: AnswerOutcome;
}

export type Entry = FixEntry | TransitionEntry | NoSkyEntry | HealthEntry | AnswerEntry;
