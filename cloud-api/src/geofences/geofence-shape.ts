import { degreesFromE7, MAX_LON_E7 } from "@purrimeter/protocol/values";
import type { LatE7, LonE7 } from "@purrimeter/protocol/values";
import type { GeofenceShape } from "@purrimeter/store/geofence";
import { unwrapRing } from "./check-ring.ts";
import type { Position } from "./check-ring.ts";
import type { ShapeBody } from "./geofence-schema.ts";
import { doubleArea } from "./ring-crossing.ts";
import type { RingPoint } from "./ring-crossing.ts";

/** x of a ring that may go on across the date line, back to -180 up to but not 180 degrees. */
function wrappedLonE7(x: number): LonE7 {
  const full = 2 * MAX_LON_E7;
  return (((((x + MAX_LON_E7) % full) + full) % full) - MAX_LON_E7) as LonE7;
}

function vertexOf({ x, y }: RingPoint): { latE7: LatE7; lonE7: LonE7 } {
  return { latE7: y as LatE7, lonE7: wrappedLonE7(x) };
}

/** A validated shape as the store and the tag keep it: E7, open ring, counter-clockwise from the first vertex. */
export function shapeFromBody(body: ShapeBody): GeofenceShape {
  if (body.type === "Circle") {
    const [longitude = 0, latitude = 0] = body.center;
    const centre = vertexOf({ x: Math.round(longitude * 1e7), y: Math.round(latitude * 1e7) });
    return { kind: "circle", ...centre, radiusCm: Math.round(body.radiusM * 100) };
  }
  const ring = unwrapRing(body.coordinates[0] ?? []);
  const [first, ...rest] = ring;
  const turned = first !== undefined && doubleArea(ring) < 0 ? [first, ...rest.reverse()] : ring;
  return { kind: "polygon", vertices: turned.map(vertexOf) };
}

function positionOf({ latE7, lonE7 }: { readonly latE7: LatE7; readonly lonE7: LonE7 }): number[] {
  return [degreesFromE7(lonE7), degreesFromE7(latE7)];
}

/** A stored shape as owners read it: degrees, closed ring. */
export function shapeBody(shape: GeofenceShape): ShapeBody {
  if (shape.kind === "circle")
    return { type: "Circle", center: positionOf(shape), radiusM: shape.radiusCm / 100 };
  const ring: Position[] = shape.vertices.map(positionOf);
  return { type: "Polygon", coordinates: [[...ring, ...ring.slice(0, 1)].map((position) => [...position])] };
}
