import type { PolygonSetting } from "@purrimeter/protocol/messages";

import { insideCm, outsideCm } from "./distance-sign.ts";
import { eastwardE7 } from "../earth.ts";
import type { GeofenceRefusal } from "./geofence-refusal.ts";
import { RingEdges } from "./ring-edges.ts";
import { RingGrid } from "./ring-grid.ts";
import type { RingMemory } from "./ring-memory.ts";

/** Rounding of the radii. */
const SLACK_CM = 2;

/**
 * A polygon. A point deep inside an inscribed disc or far outside a circumscribed one is decided by its distance from
 * the disc's centre; for the points between, a grid lists the edges.
 */
export class Ring {
  depthCm = 0.5;
  private readonly memory: RingMemory;
  private readonly edges: RingEdges;
  private readonly grid: RingGrid;
  private latE7 = 0;
  private lonE7 = 0;
  private innerEast = 0;
  private innerNorth = 0;
  private outerEast = 0;
  private outerNorth = 0;
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

  /** Loads the vertices and builds the grid: milliseconds on a fast machine for 100 vertices, once per settings. */
  prepare(setting: PolygonSetting): "prepared" | GeofenceRefusal {
    const outcome = this.edges.take(setting);
    if (outcome !== "prepared") return outcome;
    this.grid.lay();
    this.depthCm = this.edges.depthCm;
    this.latE7 = this.edges.lat0;
    this.lonE7 = this.edges.lon0;
    this.cmPerEast = this.edges.cmPerEast;
    this.cmPerNorth = this.edges.cmPerNorth;
    this.innerEast = this.grid.deepestEast;
    this.innerNorth = this.grid.deepestNorth;
    this.innerCm = this.grid.deepestCm - SLACK_CM;
    this.outerEast = Math.round((this.edges.west + this.edges.east) / 2);
    this.outerNorth = Math.round((this.edges.south + this.edges.north) / 2);
    this.outerCm = this.farthestVertexCm() + SLACK_CM;
    return "prepared";
  }

  /** As Geofences.distanceCm. */
  distanceCm(latE7: number, lonE7: number, exactWithinCm: number): number {
    const east = eastwardE7(this.lonE7, lonE7);
    const north = latE7 - this.latE7;
    const innerX = (east - this.innerEast) * this.cmPerEast;
    const innerY = (north - this.innerNorth) * this.cmPerNorth;
    const inwardCm = this.innerCm - Math.sqrt(innerX * innerX + innerY * innerY);
    if (inwardCm >= exactWithinCm) return insideCm(inwardCm);
    const outerX = (east - this.outerEast) * this.cmPerEast;
    const outerY = (north - this.outerNorth) * this.cmPerNorth;
    const outwardCm = Math.sqrt(outerX * outerX + outerY * outerY) - this.outerCm;
    if (outwardCm >= exactWithinCm) return outsideCm(outwardCm);
    const distanceCm = this.grid.distanceCm(east, north, exactWithinCm);
    // Farther outside than the disc shows. Capped, so that the result does not depend on the grid's resolution.
    return distanceCm < exactWithinCm ? distanceCm : exactWithinCm;
  }

  private farthestVertexCm(): number {
    const { edges, memory } = this;
    let most = 0;
    for (let i = edges.first; i < edges.first + edges.count; i++) {
      const x = ((memory.east[i] as number) - this.outerEast) * this.cmPerEast;
      const y = ((memory.north[i] as number) - this.outerNorth) * this.cmPerNorth;
      most = Math.max(most, x * x + y * y);
    }
    return Math.sqrt(most);
  }
}
