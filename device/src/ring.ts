import type { PolygonSetting } from "@purrimeter/protocol/messages";

import { insideCm, outsideCm } from "./distance-sign.ts";
import { eastwardE7 } from "./earth.ts";
import type { GeofenceRefusal } from "./geofence-refusal.ts";
import { RingEdges } from "./ring-edges.ts";
import { RingGrid } from "./ring-grid.ts";
import type { RingMemory } from "./ring-memory.ts";

/** Rounding of the radii. */
const SLACK_CM = 2;

/**
 * A polygon. What is deep inside an inscribed disc or far outside a circumscribed one is decided by its distance from
 * their common centre; what lies between is looked up in a grid.
 */
export class Ring {
  private readonly memory: RingMemory;
  private readonly edges: RingEdges;
  private readonly grid: RingGrid;
  private latE7 = 0;
  private lonE7 = 0;
  private discEast = 0;
  private discNorth = 0;
  private cmPerEast = 0.5;
  private cmPerNorth = 0.5;
  private innerCm = 0.5;
  private outerCm = 0.5;

  /** `slot`: which part of the memory is this ring's, 0 to MAX_GEOFENCES - 1. */
  constructor(memory: RingMemory, slot: number) {
    this.memory = memory;
    this.edges = new RingEdges(memory);
    this.grid = new RingGrid(memory, this.edges, slot);
  }

  /** Takes the vertices and lays the grid: milliseconds of a fast machine's time for 100 vertices, once per settings. */
  prepare(setting: PolygonSetting): "prepared" | GeofenceRefusal {
    const outcome = this.edges.take(setting);
    if (outcome !== "prepared") return outcome;
    this.grid.lay();
    this.latE7 = this.edges.lat0;
    this.lonE7 = this.edges.lon0;
    this.cmPerEast = this.edges.cmPerEast;
    this.cmPerNorth = this.edges.cmPerNorth;
    this.discEast = this.grid.deepestEast;
    this.discNorth = this.grid.deepestNorth;
    this.innerCm = this.grid.deepestCm - SLACK_CM;
    this.outerCm = this.farthestVertexCm() + SLACK_CM;
    return "prepared";
  }

  /** As Geofences.distanceCm. */
  distanceCm(latE7: number, lonE7: number, exactWithinCm: number): number {
    const east = eastwardE7(this.lonE7, lonE7);
    const north = latE7 - this.latE7;
    const x = (east - this.discEast) * this.cmPerEast;
    const y = (north - this.discNorth) * this.cmPerNorth;
    const fromCentreCm = Math.sqrt(x * x + y * y);
    if (this.innerCm - fromCentreCm >= exactWithinCm) return insideCm(this.innerCm - fromCentreCm);
    if (fromCentreCm - this.outerCm >= exactWithinCm) return outsideCm(fromCentreCm - this.outerCm);
    return this.grid.distanceCm(east, north, exactWithinCm);
  }

  private farthestVertexCm(): number {
    const { edges, memory } = this;
    let most = 0;
    for (let i = edges.first; i < edges.first + edges.count; i++) {
      const x = ((memory.east[i] ?? 0) - this.discEast) * this.cmPerEast;
      const y = ((memory.north[i] ?? 0) - this.discNorth) * this.cmPerNorth;
      most = Math.max(most, x * x + y * y);
    }
    return Math.sqrt(most);
  }
}
