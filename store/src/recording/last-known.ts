import type { Entry, TransitionEntry } from "@purrimeter/protocol/entry";
import type { Side } from "@purrimeter/protocol/values";

/** A side that was known; null when none was. */
export type LastKnown = "inside" | "outside" | null;

/** A transition with the last side that was known before, also when `from` is unknown; absent where nobody looked. */
export interface KnownTransition extends TransitionEntry {
  readonly lastKnown?: LastKnown;
}

/** An entry, with what was known where it is a transition. */
export type KnownEntry = Exclude<Entry, TransitionEntry> | KnownTransition;

/** What a side says of the last known one. */
export function lastKnownFrom(side: Side): LastKnown {
  return side === "unknown" ? null : side;
}

/** What is known after a transition. */
export function lastKnownAfter({ from, to, lastKnown }: KnownTransition): LastKnown {
  return lastKnownFrom(to) ?? lastKnownFrom(from) ?? lastKnown ?? null;
}
