import { Geofences } from "@purrimeter/device/geofence";
import { geofencesOf, type KnownSettings } from "./settings-memory.ts";

/** Each takes 24 KB (device/core/geofence/ring-memory.ts) once it is wanted: 1.5 MB in all. */
const PREPARED = 64;

/**
 * Geofences laid out as the tag lays them out. Its grid has to be as fine as the tag's: far from an edge the distances are
 * bounds, which depend on it. Preparing circles takes microseconds, polygons some 10 ms.
 */
export interface PreparedGeofences {
  /** Undefined for geofences that a tag refuses. Valid until the next call. */
  of(settings: KnownSettings): Geofences | undefined;
}

export function createPreparedGeofences(): PreparedGeofences {
  const prepared = new Map<string, Geofences>();
  return {
    of: (settings) => {
      const ready = prepared.get(settings.digest);
      prepared.delete(settings.digest);
      const geofences = ready ?? prepare(settings, takeOldest(prepared));
      if (geofences !== undefined) prepared.set(settings.digest, geofences);
      return geofences;
    },
  };
}

function prepare(settings: KnownSettings, geofences: Geofences): Geofences | undefined {
  return geofences.prepare(geofencesOf(settings)) === "prepared" ? geofences : undefined;
}

function takeOldest(prepared: Map<string, Geofences>): Geofences {
  const [oldest] = prepared;
  if (prepared.size < PREPARED || oldest === undefined) return new Geofences();
  prepared.delete(oldest[0]);
  return oldest[1];
}
