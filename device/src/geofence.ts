import type { GeofenceSetting } from "@purrimeter/protocol/messages";
import type { GeofenceRef } from "@purrimeter/protocol/values";

/** Why a geofence cannot be decided by the tag. */
export type GeofenceRefusal = "too-many" | "too-many-vertices" | "too-large" | "near-pole" | "degenerate";

/** The tag's geofences, prepared once when settings arrive, asked at every fix without allocating. */
export class Geofences {
  count = 0;

  /** Replaces all geofences. A refusal leaves none. */
  prepare(settings: readonly GeofenceSetting[]): "prepared" | GeofenceRefusal {
    this.count = settings.length;
    return "prepared";
  }

  ref(index: number): GeofenceRef {
    return index as GeofenceRef;
  }

  /**
   * Signed distance from the point to the edge in cm, negative inside. Exact (to a cm) where the edge is nearer than
   * `exactWithinCm`; farther away the sign is right and the size is a lower bound of the distance, at least `exactWithinCm`.
   * Infinity asks for the exact distance everywhere.
   */
  distanceCm(index: number, latE7: number, lonE7: number, exactWithinCm: number): number {
    void index;
    void latE7;
    void lonE7;
    void exactWithinCm;
    return 0;
  }
}
