import { booleanPointInPolygon } from "@turf/boolean-point-in-polygon";
import type { FixEntry } from "@purrimeter/protocol/entry";
import type { CircleSetting, GeofenceSetting, PolygonSetting } from "@purrimeter/protocol/messages";

/** Mean radius of the Earth (IUGG). */
const EARTH_CM = 637_100_880;
const RADIANS_PER_E7 = Math.PI / 1_800_000_000;
const FULL_TURN_E7 = 3_600_000_000;

type Place = Pick<FixEntry, "latE7" | "lonE7">;

/**
 * On which side of the geofence a single fix lies, by code that shares nothing with the tag's: Turf for polygons, the
 * great circle (haversine) for circles. An edge counts as inside.
 */
export function turfSide(geofence: GeofenceSetting, fix: Place): "inside" | "outside" {
  const isInside = geofence.kind === "polygon" ? isInPolygon(geofence, fix) : isInCircle(geofence, fix);
  return isInside ? "inside" : "outside";
}

/** Turf knows no date line: longitudes are given from the first corner. */
function isInPolygon({ vertices }: PolygonSetting, fix: Place): boolean {
  const [origin] = vertices;
  if (origin === undefined) return false;
  const positions = [...vertices, origin].map((at) => fromOrigin(origin, at));
  return booleanPointInPolygon(fromOrigin(origin, fix), { type: "Polygon", coordinates: [positions] });
}

function fromOrigin(origin: Place, { latE7, lonE7 }: Place): [number, number] {
  return [eastE7(origin.lonE7, lonE7), latE7];
}

function isInCircle(circle: CircleSetting, fix: Place): boolean {
  const north = Math.sin(((fix.latE7 - circle.latE7) * RADIANS_PER_E7) / 2);
  const east = Math.sin(((fix.lonE7 - circle.lonE7) * RADIANS_PER_E7) / 2);
  const cosines = Math.cos(fix.latE7 * RADIANS_PER_E7) * Math.cos(circle.latE7 * RADIANS_PER_E7);
  const distanceCm = 2 * EARTH_CM * Math.asin(Math.sqrt(north * north + cosines * east * east));
  return distanceCm <= circle.radiusCm;
}

/** From one longitude to another the short way round, -180 to 180 degrees in E7. */
function eastE7(from: number, to: number): number {
  const difference = to - from;
  if (difference >= FULL_TURN_E7 / 2) return difference - FULL_TURN_E7;
  return difference < -FULL_TURN_E7 / 2 ? difference + FULL_TURN_E7 : difference;
}
