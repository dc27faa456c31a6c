import type { GeofenceSetting, PolygonSetting } from "@purrimeter/protocol/messages";

type Vertex = PolygonSetting["vertices"][number];

/**
 * For every geofence of `after` its place in `before` when ref and shape are the same, so that its known side stays valid;
 * -1 for a new or changed one.
 */
export function keptGeofences(
  before: readonly GeofenceSetting[],
  after: readonly GeofenceSetting[],
): number[] {
  const places: number[] = [];
  for (let i = 0; i < after.length; i++) places.push(placeIn(before, after[i] as GeofenceSetting));
  return places;
}

function placeIn(before: readonly GeofenceSetting[], geofence: GeofenceSetting): number {
  for (let i = 0; i < before.length; i++) if (isSame(before[i] as GeofenceSetting, geofence)) return i;
  return -1;
}

function isSame(a: GeofenceSetting, b: GeofenceSetting): boolean {
  if (a.ref !== b.ref) return false;
  if (a.kind === "circle") {
    return b.kind === "circle" && a.latE7 === b.latE7 && a.lonE7 === b.lonE7 && a.radiusCm === b.radiusCm;
  }
  if (b.kind !== "polygon" || a.vertices.length !== b.vertices.length) return false;
  for (let i = 0; i < a.vertices.length; i++) {
    const p = a.vertices[i] as Vertex;
    const q = b.vertices[i] as Vertex;
    if (p.latE7 !== q.latE7 || p.lonE7 !== q.lonE7) return false;
  }
  return true;
}
