import type { Settings } from "@purrimeter/protocol/messages";
import type { LastKnown } from "@purrimeter/protocol/values";
import type { JournalEntry } from "../journal/journal-record.ts";
import type { Journal } from "../journal/journal.ts";
import type { Sides } from "./decide-side.ts";
import { keptGeofences } from "./kept-geofences.ts";

/** The side that is known after a transition. */
function knownAfter(entry: JournalEntry): LastKnown {
  if (entry.to !== "unknown") return entry.to;
  return entry.lastKnown ?? (entry.from === "unknown" ? null : entry.from);
}

/**
 * After a start: the last known side of every geofence, from the transitions in the journal. They are in flash already, so
 * this costs no wear and survives every power cut. A transition counts when its geofence had this shape: under the current
 * settings, or under those before when the change left it as it was.
 */
export function recallSides(
  sides: Sides,
  journal: Journal,
  current: Settings,
  previous: Settings | undefined,
): void {
  const kept = previous === undefined ? [] : keptGeofences(previous.geofences, current.geofences);
  const newest: number[] = [];
  for (let i = 0; i < current.geofences.length; i++) newest.push(0);
  journal.eachTransition((entry) => {
    for (let i = 0; i < newest.length; i++) {
      if (current.geofences[i]?.ref !== entry.geofence || entry.number <= (newest[i] ?? 0)) continue;
      const isBefore = entry.settingsVersion === previous?.version && (kept[i] ?? -1) >= 0;
      if (entry.settingsVersion !== current.version && !isBefore) continue;
      newest[i] = entry.number;
      sides.recall(i, knownAfter(entry));
    }
  });
}
