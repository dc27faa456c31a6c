import { FIRST_WIRE_VERSION } from "@purrimeter/protocol/limits";
import type { Settings } from "@purrimeter/protocol/messages";

/** What a tag that reads that wire version gets of the settings: version 1 has no step of detection, and means the usual one. */
export function readableSettings(settings: Settings, wireVersion: number): Settings {
  if (wireVersion > FIRST_WIRE_VERSION) return settings;
  const { version, fixIntervalS, reportIntervalS, geofences } = settings;
  return { version, fixIntervalS, reportIntervalS, geofences };
}
