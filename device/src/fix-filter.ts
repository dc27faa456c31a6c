import type { LatE7, LonE7, UnixSeconds } from "@purrimeter/protocol/values";
import type { Reading } from "./reading.ts";

/** One accepted position, as it goes to the journal. Made once, filled again. */
export interface Fix {
  at: UnixSeconds;
  latE7: LatE7;
  lonE7: LonE7;
  /** 1 to MAX_ACCURACY_DM. */
  accuracyDm: number;
}

export type FixRefusal =
  | "no-fix"
  | "no-time"
  | "out-of-range"
  | "null-island"
  | "stale"
  | "poor"
  | "too-fast";

/** What the filter remembers. */
export class FixFilterState {
  hasLast = false;
}

/** Fills `fix` from the reading and says "accepted", or says why not and leaves `fix` alone. */
export function acceptReading(state: FixFilterState, reading: Reading, fix: Fix): "accepted" | FixRefusal {
  void state;
  void reading;
  void fix;
  return "no-fix";
}
