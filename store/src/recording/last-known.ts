import type { TransitionEntry } from "@purrimeter/protocol/entry";
import type { LastKnown, Side } from "@purrimeter/protocol/values";

/** What a side says of the last known one. */
export function lastKnownFrom(side: Side): LastKnown {
  return side === "unknown" ? null : side;
}

/** What is known after a transition. */
export function lastKnownAfter({ from, to, lastKnown }: TransitionEntry): LastKnown {
  return lastKnownFrom(to) ?? lastKnownFrom(from) ?? lastKnown ?? null;
}
