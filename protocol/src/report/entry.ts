import type { EntryNumber, GeofenceRef, LatE7, LonE7, Side, UnixSeconds } from "../values.ts";

/** One position that the receiver gave and the tag's filter accepted. */
export interface FixEntry {
  readonly kind: "fix";
  readonly at: UnixSeconds;
  readonly latE7: LatE7;
  readonly lonE7: LonE7;
  /** What the receiver claims, one standard deviation in decimetres, 1 to 65,535. */
  readonly accuracyDm: number;
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

export type Entry = FixEntry | TransitionEntry | NoSkyEntry | HealthEntry;
