import type { CircleSetting } from "@purrimeter/protocol/messages";

import { insideCm, outsideCm } from "./distance-sign.ts";
import { cmPerLatE7, eastwardE7, lonOverLat, MAX_FLAT_LAT_E7 } from "../earth.ts";
import type { GeofenceRefusal } from "./geofence-refusal.ts";

/** A circle on a flat map around its centre. */
export class Circle {
  /** The radius. */
  depthCm = 0.5;
  private latE7 = 0;
  private lonE7 = 0;
  private cmPerEast = 0.5;
  private cmPerNorth = 0.5;

  /** Sets centre and radius. */
  prepare(setting: CircleSetting): "prepared" | GeofenceRefusal {
    this.latE7 = setting.latE7;
    this.lonE7 = setting.lonE7;
    this.depthCm = setting.radiusCm;
    this.cmPerNorth = cmPerLatE7(setting.latE7);
    this.cmPerEast = this.cmPerNorth * lonOverLat(setting.latE7);
    const reachE7 = setting.radiusCm / this.cmPerNorth;
    if (Math.abs(setting.latE7) + reachE7 > MAX_FLAT_LAT_E7) return "near-pole";
    return setting.radiusCm > 0 ? "prepared" : "degenerate";
  }

  /** As Geofences.distanceCm, exact everywhere. */
  distanceCm(latE7: number, lonE7: number, _exactWithinCm: number): number {
    const x = eastwardE7(this.lonE7, lonE7) * this.cmPerEast;
    const y = (latE7 - this.latE7) * this.cmPerNorth;
    const fromEdgeCm = Math.sqrt(x * x + y * y) - this.depthCm;
    return fromEdgeCm < 0 ? insideCm(-fromEdgeCm) : outsideCm(fromEdgeCm);
  }
}
