import type { Command, Settings } from "@purrimeter/protocol/messages";
import type { Fix } from "./nmea/fix-filter.ts";

/** What happens to a tag. `nowMs` is monotonic; `utcS` is 0 while the tag does not know the time. */
export type TagEvent =
  /** The filter accepted a fix, which will get `number` in the journal. */
  | { kind: "fix"; nowMs: number; utcS: number; fix: Fix; number: number }
  /** The accelerometer felt the cat move. */
  | { kind: "moved"; nowMs: number; utcS: number }
  /** The receiver that searches listed its satellites, and whether it hears one. */
  | { kind: "satellites"; nowMs: number; utcS: number; areHeard: boolean }
  /** The home beacon was heard. */
  | { kind: "home"; nowMs: number; utcS: number }
  /** Settings took effect; `Geofences` holds theirs already. Those of the settings before are known the same or not. */
  | { kind: "settings"; nowMs: number; utcS: number; settings: Settings; hasSameGeofences?: boolean }
  | { kind: "command"; nowMs: number; utcS: number; command: Command }
  /** Time passed. `number` is that of the journal's next entry. */
  | { kind: "tick"; nowMs: number; utcS: number; number: number };
