import type { GeofenceSetting } from "@purrimeter/protocol/messages";

/** Whether both lists hold the same geofences in the same order, so that the known sides stay valid. */
export function sameGeofences(a: readonly GeofenceSetting[], b: readonly GeofenceSetting[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (!isSame(a[i] as GeofenceSetting, b[i] as GeofenceSetting)) return false;
  }
  return true;
}

function isSame(a: GeofenceSetting, b: GeofenceSetting): boolean {
  if (a.ref !== b.ref) return false;
  if (a.kind === "circle") {
    return b.kind === "circle" && a.latE7 === b.latE7 && a.lonE7 === b.lonE7 && a.radiusCm === b.radiusCm;
  }
  if (b.kind !== "polygon" || a.vertices.length !== b.vertices.length) return false;
  for (let i = 0; i < a.vertices.length; i++) {
    const p = a.vertices[i];
    const q = b.vertices[i];
    if (p?.latE7 !== q?.latE7 || p?.lonE7 !== q?.lonE7) return false;
  }
  return true;
}
