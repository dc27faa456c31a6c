import type { GeofenceSetting, Settings } from "@purrimeter/protocol/messages";
import type { Sides } from "./geofence/decide-side.ts";
import type { Journal } from "./journal/journal.ts";
import { knownSide, withKnownSide } from "./known-sides.ts";

/**
 * After a start: the last known side of every geofence. The slot of the settings has those of the time when they came, each
 * page of the journal those of the time when it was begun, and the newest page the transitions since. All of that is written
 * anyway, so that this costs no wear, and it is as safe from a power cut as the transitions.
 */
export function recallSides(sides: Sides, journal: Journal, settings: Settings, knownAtFirst: number): void {
  if (journal.knownVersion !== settings.version) journal.known = knownAtFirst;
  journal.knownVersion = settings.version;
  journal.eachNewTransition((entry) => {
    if (entry.settingsVersion !== settings.version || entry.to === "unknown") return;
    for (let i = 0; i < settings.geofences.length; i++)
      if ((settings.geofences[i] as GeofenceSetting).ref === entry.geofence)
        journal.known = withKnownSide(journal.known, i, entry.to);
  });
  for (let i = 0; i < settings.geofences.length; i++) sides.recall(i, knownSide(journal.known, i));
}
