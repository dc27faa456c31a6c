import { MAX_GEOFENCE_EXTENT_M, MAX_TAG_VERTICES, MAX_VERTICES } from "@purrimeter/protocol/limits";
import type { PolygonSetting } from "@purrimeter/protocol/messages";

import { outsideCm } from "./distance-sign.ts";
import { cmPerLatE7, eastwardE7, lonOverLat, MAX_FLAT_LAT_E7 } from "../earth.ts";
import type { GeofenceRefusal } from "./geofence-refusal.ts";
import type { RingMemory } from "./ring-memory.ts";

const MAX_EXTENT_CM = MAX_GEOFENCE_EXTENT_M * 100;

/**
 * The edges of a polygon on a flat map. Vertices are E7 whole numbers from the first one, so that sides are exact;
 * distances are computed after scaling both directions to cm at the middle latitude.
 */
export class RingEdges {
  lat0 = 0;
  lon0 = 0;
  cmPerEast = 0.5;
  cmPerNorth = 0.5;
  /** As Geofences.depthCm. */
  depthCm = 0.5;
  /** Index of the first vertex in the memory, and the number of vertices. */
  first = 0;
  count = 0;
  west = 0;
  east = 0;
  south = 0;
  north = 0;
  private readonly memory: RingMemory;

  constructor(memory: RingMemory) {
    this.memory = memory;
  }

  /** Loads the vertices of the setting. */
  take(setting: PolygonSetting): "prepared" | GeofenceRefusal {
    const { vertices } = setting;
    const origin = vertices[0];
    if (origin === undefined || vertices.length < 3) return "degenerate";
    const room = Math.min(MAX_VERTICES, MAX_TAG_VERTICES - this.memory.usedVertices);
    if (vertices.length > room) return "too-many-vertices";
    this.lat0 = origin.latE7;
    this.lon0 = origin.lonE7;
    this.first = this.memory.usedVertices;
    this.count = vertices.length;
    this.memory.usedVertices += this.count;
    this.copy(setting);
    this.findBox();
    return this.layFlat();
  }

  private copy(setting: PolygonSetting): void {
    const memory = this.memory;
    for (let i = 0; i < this.count; i++) {
      const vertex = setting.vertices[i] as (typeof setting.vertices)[number];
      const at = this.first + i;
      memory.east[at] = eastwardE7(this.lon0, vertex.lonE7);
      memory.north[at] = vertex.latE7 - this.lat0;
      memory.next[at] = i + 1 === this.count ? this.first : at + 1;
    }
  }

  private findBox(): void {
    this.west = this.east = this.south = this.north = 0;
    for (let i = this.first; i < this.first + this.count; i++) {
      this.west = Math.min(this.west, this.memory.east[i] as number);
      this.east = Math.max(this.east, this.memory.east[i] as number);
      this.south = Math.min(this.south, this.memory.north[i] as number);
      this.north = Math.max(this.north, this.memory.north[i] as number);
    }
  }

  private layFlat(): "prepared" | GeofenceRefusal {
    const southE7 = this.lat0 + this.south;
    const northE7 = this.lat0 + this.north;
    if (southE7 < -MAX_FLAT_LAT_E7 || northE7 > MAX_FLAT_LAT_E7) return "near-pole";
    const middleE7 = Math.round((southE7 + northE7) / 2);
    this.cmPerNorth = cmPerLatE7(middleE7);
    this.cmPerEast = this.cmPerNorth * lonOverLat(middleE7);
    const widthCm = (this.east - this.west) * this.cmPerEast;
    const heightCm = (this.north - this.south) * this.cmPerNorth;
    if (widthCm > MAX_EXTENT_CM || heightCm > MAX_EXTENT_CM) return "too-large";
    const edgeCm = this.measureLengths();
    const doubleArea = Math.abs(this.doubleArea());
    this.depthCm = (doubleArea * this.cmPerEast * this.cmPerNorth) / edgeCm;
    return doubleArea === 0 ? "degenerate" : "prepared";
  }

  /** Returns the length of all edges. */
  private measureLengths(): number {
    let edgeCm = 0;
    const { east, north, next, perLengthCm } = this.memory;
    for (let i = this.first; i < this.first + this.count; i++) {
      const to = next[i] as number;
      const x = ((east[to] as number) - (east[i] as number)) * this.cmPerEast;
      const y = ((north[to] as number) - (north[i] as number)) * this.cmPerNorth;
      const squared = x * x + y * y;
      const lengthCm = Math.sqrt(squared);
      perLengthCm[i] = squared === 0 ? 0 : 1 / lengthCm;
      edgeCm += lengthCm;
    }
    return edgeCm;
  }

  private doubleArea(): number {
    const { east, north, next } = this.memory;
    let area = 0;
    for (let i = this.first; i < this.first + this.count; i++) {
      const to = next[i] as number;
      area += (east[i] as number) * (north[to] as number) - (east[to] as number) * (north[i] as number);
    }
    return area;
  }

  /**
   * Distance in whole cm, cut off, from a point to the nearest of the edges listed from `start` to before `stop`. Clamp
   * and minimum are written with absolute values: unpredictable branches cost more than all the rest.
   */
  leastCm(edges: Uint8Array, start: number, stop: number, east: number, north: number): number {
    const { east: easts, north: norths, next, perLengthCm } = this.memory;
    const { cmPerEast, cmPerNorth, first } = this;
    let least = 0;
    for (let i = start; i < stop; i++) {
      const from = first + (edges[i] as number);
      const to = next[from] as number;
      const fromEast = easts[from] as number;
      const fromNorth = norths[from] as number;
      const edgeX = ((easts[to] as number) - fromEast) * cmPerEast;
      const edgeY = ((norths[to] as number) - fromNorth) * cmPerNorth;
      const x = (east - fromEast) * cmPerEast;
      const y = (north - fromNorth) * cmPerNorth;
      const perLength = perLengthCm[from] as number;
      const along = (x * edgeX + y * edgeY) * perLength * perLength;
      const part = (Math.abs(along) - Math.abs(along - 1) + 1) / 2;
      const offX = x - part * edgeX;
      const offY = y - part * edgeY;
      const squared = offX * offX + offY * offY;
      least = i === start ? squared : (least + squared - Math.abs(least - squared)) / 2;
    }
    return outsideCm(Math.sqrt(Math.abs(least)));
  }

  /** Distance in cm from a point to the line through an edge, negative on its right. */
  besideCm(edge: number, east: number, north: number): number {
    const { east: easts, north: norths, next, perLengthCm } = this.memory;
    const from = this.first + edge;
    const to = next[from] as number;
    const fromEast = easts[from] as number;
    const fromNorth = norths[from] as number;
    const cross =
      ((easts[to] as number) - fromEast) * (north - fromNorth) -
      (east - fromEast) * ((norths[to] as number) - fromNorth);
    return cross * this.cmPerEast * this.cmPerNorth * (perLengthCm[from] as number);
  }

  /**
   * Even-odd rule: whether the way due east crosses an odd number of the listed edges. Exact for whole numbers, as the
   * products stay below 2^53. An edge owns its lower end and not its upper one: it spans the point's latitude when one
   * end is at most there and the other is not, that is when the signs of the two differences less one differ.
   */
  isInside(edges: Uint8Array, start: number, stop: number, east: number, north: number): boolean {
    const { east: easts, north: norths, next } = this.memory;
    const first = this.first;
    let odd = 0;
    for (let i = start; i < stop; i++) {
      const from = first + (edges[i] as number);
      const to = next[from] as number;
      const rise = (norths[to] as number) - (norths[from] as number);
      const above = north - (norths[from] as number);
      const fromEast = easts[from] as number;
      const cross = (((easts[to] as number) - fromEast) * above - (east - fromEast) * rise) * rise;
      const spans = (-1 - above) ^ (rise - 1 - above);
      odd ^= spans & (cross > 0 ? -1 : 0);
    }
    return odd < 0;
  }
}
