import { MAX_GEOFENCES } from "@purrimeter/protocol/limits";
import type { GeofenceSetting } from "@purrimeter/protocol/messages";
import type { GeofenceRef } from "@purrimeter/protocol/values";

import { Circle } from "./circle.ts";
import type { GeofenceRefusal } from "./geofence-refusal.ts";
import { Ring } from "./ring.ts";
import { RingMemory } from "./ring-memory.ts";

const GRID_CELLS = 1024;

function countPolygons(settings: readonly GeofenceSetting[]): number {
  let polygons = 0;
  for (let index = 0; index < settings.length; index++) if (settings[index]?.kind === "polygon") polygons++;
  return polygons;
}

/** The tag's geofences: prepared once when settings arrive, then read at every fix without allocating. */
export class Geofences {
  count = 0;
  private readonly memory: RingMemory;
  private readonly rings: Ring[];
  private readonly circles: Circle[];
  /** The ring or circle of every geofence. */
  private readonly shapes: (Ring | Circle)[];
  private readonly refs: Uint8Array;

  /**
   * `gridCells`: cells of the grids of all polygons together, at least MAX_GEOFENCES. Fewer cells need less memory and
   * preparation, but more edges are compared at each fix: preparing 1,024 takes some 10 ms on a fast machine, 64 less
   * than one.
   */
  constructor(gridCells = GRID_CELLS) {
    this.memory = new RingMemory(gridCells);
    this.rings = [];
    this.circles = [];
    this.shapes = [];
    this.refs = new Uint8Array(MAX_GEOFENCES);
    for (let index = 0; index < MAX_GEOFENCES; index++) {
      const circle = new Circle();
      this.rings.push(new Ring(this.memory, index));
      this.circles.push(circle);
      this.shapes.push(circle);
    }
  }

  /** Replaces all geofences. After a refusal there are none. */
  prepare(settings: readonly GeofenceSetting[]): "prepared" | GeofenceRefusal {
    this.count = 0;
    if (settings.length > MAX_GEOFENCES) return "too-many";
    this.memory.clear(countPolygons(settings));
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
    return this.refs[index] as number as GeofenceRef;
  }

  /**
   * Signed distance from a point (E7) to the edge of geofence `index` in whole cm: negative inside (-1 on the edge),
   * 0 and above outside. To the cm where the edge is nearer than `exactWithinCm`; farther away the side is right and
   * the size is a lower bound of the distance, not below `exactWithinCm`. Outside that bound comes from the polygon alone
   * and is the same on every board; inside it depends on the grid. Infinity asks for exactness everywhere.
   */
  distanceCm(index: number, latE7: number, lonE7: number, exactWithinCm: number): number {
    const shape = this.shapes[index];
    return shape === undefined ? 0 : shape.distanceCm(latE7, lonE7, exactWithinCm);
  }

  /**
   * How deep geofence `index` is, in cm: a circle's radius. Of a polygon twice its area over the length of its edge, which
   * is the radius of the inscribed circle where one touches all edges, more where it is long, and the same on every board.
   */
  depthCm(index: number): number {
    const shape = this.shapes[index];
    return shape === undefined ? 0 : shape.depthCm;
  }

  private prepareGeofence(index: number, setting: GeofenceSetting): "prepared" | GeofenceRefusal {
    const ring = this.rings[index];
    const circle = this.circles[index];
    if (ring === undefined || circle === undefined) return "too-many";
    this.refs[index] = setting.ref;
    this.shapes[index] = setting.kind === "polygon" ? ring : circle;
    return setting.kind === "polygon" ? ring.prepare(setting) : circle.prepare(setting);
  }
}
