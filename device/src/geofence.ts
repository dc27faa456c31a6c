import { MAX_GEOFENCES } from "@purrimeter/protocol/limits";
import type { GeofenceSetting } from "@purrimeter/protocol/messages";
import type { GeofenceRef } from "@purrimeter/protocol/values";

import { Circle } from "./circle.ts";
import type { GeofenceRefusal } from "./geofence-refusal.ts";
import { Ring } from "./ring.ts";
import { RingMemory } from "./ring-memory.ts";

const GRID_SIDE = 12;

/** The tag's geofences, prepared once when settings arrive, asked at every fix without allocating. */
export class Geofences {
  count = 0;
  private readonly memory: RingMemory;
  private readonly rings: Ring[];
  private readonly circles: Circle[];
  private readonly isRing: Uint8Array;
  private readonly refs: Uint8Array;

  /** `gridSide`: cells a side of each polygon's grid, 1 to 16; fewer need less memory and preparation, and more walking. */
  constructor(gridSide = GRID_SIDE) {
    this.memory = new RingMemory(gridSide);
    this.rings = [];
    this.circles = [];
    this.isRing = new Uint8Array(MAX_GEOFENCES);
    this.refs = new Uint8Array(MAX_GEOFENCES);
    for (let slot = 0; slot < MAX_GEOFENCES; slot++) {
      this.rings.push(new Ring(this.memory, slot));
      this.circles.push(new Circle());
    }
  }

  /** Replaces all geofences. A refusal leaves none. */
  prepare(settings: readonly GeofenceSetting[]): "prepared" | GeofenceRefusal {
    this.count = 0;
    this.memory.clear();
    if (settings.length > MAX_GEOFENCES) return "too-many";
    for (let index = 0; index < settings.length; index++) {
      const setting = settings[index];
      const outcome = setting === undefined ? "degenerate" : this.prepareGeofence(index, setting);
      if (outcome !== "prepared") return outcome;
    }
    this.count = settings.length;
    return "prepared";
  }

  /** The cloud's number of geofence `index` (0 to count - 1). */
  ref(index: number): GeofenceRef {
    return (this.refs[index] ?? 0) as GeofenceRef;
  }

  /**
   * Signed distance from a point (E7) to the edge of geofence `index` in whole cm: negative inside (-1 on the edge),
   * 0 and above outside. To the cm where the edge is nearer than `exactWithinCm`; farther away the side is right and
   * the size is a lower bound of the distance, not below `exactWithinCm`. Infinity asks for exactness everywhere.
   */
  distanceCm(index: number, latE7: number, lonE7: number, exactWithinCm: number): number {
    if (this.isRing[index] === 1) return this.rings[index]?.distanceCm(latE7, lonE7, exactWithinCm) ?? 0;
    return this.circles[index]?.distanceCm(latE7, lonE7) ?? 0;
  }

  private prepareGeofence(index: number, setting: GeofenceSetting): "prepared" | GeofenceRefusal {
    this.refs[index] = setting.ref;
    this.isRing[index] = setting.kind === "polygon" ? 1 : 0;
    if (setting.kind === "polygon") return this.rings[index]?.prepare(setting) ?? "too-many";
    return this.circles[index]?.prepare(setting) ?? "too-many";
  }
}
