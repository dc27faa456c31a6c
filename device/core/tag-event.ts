import type { ReceivedCommand, Settings } from "@purrimeter/protocol/messages";
import type { Fix } from "./nmea/fix-filter.ts";

/** An event of the tag. `nowMs` is monotonic; `utcS` is 0 while the tag does not know the time. */
export type TagEvent =
  /** The filter accepted a fix, which gets `number` in the journal. */
  | { kind: "fix"; nowMs: number; utcS: number; fix: Fix; number: number }
  /** The accelerometer reported motion. */
  | { kind: "moved"; nowMs: number; utcS: number }
  /** The searching receiver listed its satellites; whether it receives one. */
  | { kind: "satellites"; nowMs: number; utcS: number; areReceived: boolean }
  /** The home beacon was detected. */
  | { kind: "home"; nowMs: number; utcS: number }
  /**
   * Settings took effect; `Geofences` already holds theirs. `kept`: for each of
   * them its place among those before, -1 for a new one; absent: all are new. */
  | { kind: "settings"; nowMs: number; utcS: number; settings: Settings; kept?: readonly number[] }
  | { kind: "command"; nowMs: number; utcS: number; command: ReceivedCommand }
  /** Time passed. `number` is that of the journal's next entry. */
  | { kind: "tick"; nowMs: number; utcS: number; number: number };
