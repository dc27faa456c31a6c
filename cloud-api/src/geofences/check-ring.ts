import { MAX_GEOFENCE_EXTENT_M, MAX_VERTICES, MIN_VERTICES } from "@purrimeter/protocol/limits";
import type { FieldError } from "@purrimeter/service/problem";
import { doubleArea, findCrossing } from "./ring-crossing.ts";
import type { RingPoint } from "./ring-crossing.ts";

/** Degrees. The tag's geometry is flat, which near a pole nothing is; web maps end at 85.05 for the same reason. */
const MAX_GEOFENCE_LATITUDE = 85;

/** Square metres. A smaller polygon lies inside the receiver's own error. */
const MIN_GEOFENCE_AREA_M2 = 100;

/** Metres of one degree on the sphere of WGS 84's mean radius, 6,371,008.8 m. */
const METRES_PER_DEGREE = 111_195.08;

const FULL_TURN_E7 = 3_600_000_000;

/** Longitude, latitude in degrees. */
export type Position = readonly number[];

function isWithin(value: number, limit: number): boolean {
  return value >= -limit && value <= limit;
}

function rangeError(field: string, value: number, limit: number, hint: string): FieldError {
  return { field, message: `${value} is outside -${limit} to ${limit}.${hint}`, limit };
}

/** What is wrong with a position, if anything: its count of numbers, its ranges, or that its axes look swapped. */
export function positionErrors(position: Position, field: string): FieldError[] {
  const [longitude, latitude] = position;
  if (longitude === undefined || latitude === undefined || position.length !== 2)
    return [{ field, message: "A position is two numbers: [longitude, latitude].", limit: 2 }];
  const swapped = !isWithin(latitude, 90) && isWithin(latitude, 180) && isWithin(longitude, 90);
  const hint = swapped ? " Longitude comes first, then latitude (RFC 7946): are they swapped?" : "";
  const errors: FieldError[] = [];
  if (!isWithin(longitude, 180)) errors.push(rangeError(`${field}[0]`, longitude, 180, ""));
  if (!isWithin(latitude, 90)) errors.push(rangeError(`${field}[1]`, latitude, 90, hint));
  else if (!isWithin(latitude, MAX_GEOFENCE_LATITUDE))
    errors.push(rangeError(`${field}[1]`, latitude, MAX_GEOFENCE_LATITUDE, " No geofence reaches a pole."));
  return errors;
}

function samePosition(a: Position, b: Position): boolean {
  return a[1] === b[1] && (a[0] === b[0] || Math.abs((a[0] ?? 0) - (b[0] ?? 0)) === 360);
}

function shapeErrors(ring: readonly Position[], field: string): FieldError[] {
  const vertices = ring.length - 1;
  if (ring.length < MIN_VERTICES + 1)
    return [
      {
        field,
        message: `A closed ring has at least 4 positions; this has ${ring.length}.`,
        limit: MIN_VERTICES + 1,
      },
    ];
  if (vertices > MAX_VERTICES)
    return [
      {
        field,
        message: `A geofence has at most ${MAX_VERTICES} vertices; this has ${vertices}.`,
        limit: MAX_VERTICES,
      },
    ];
  return [];
}

/**
 * The ring in E7 without its closing position, x going on across the date line: a fence is far narrower than half
 * the globe, so the shorter way from one position to the next is meant.
 */
export function unwrapRing(ring: readonly Position[]): RingPoint[] {
  const points: RingPoint[] = [];
  for (const [longitude = 0, latitude = 0] of ring.slice(0, -1)) {
    const before = points.at(-1)?.x ?? 0;
    const x = Math.round(longitude * 1e7);
    const turns = points.length === 0 ? 0 : Math.round((x - before) / FULL_TURN_E7);
    points.push({ x: x - turns * FULL_TURN_E7, y: Math.round(latitude * 1e7) });
  }
  return points;
}

function extentM(points: readonly RingPoint[]): number {
  const xs = points.map((point) => point.x);
  const ys = points.map((point) => point.y);
  const nearestEquator = Math.min(...ys.map((y) => Math.abs(y)));
  const width = (Math.max(...xs) - Math.min(...xs)) * Math.cos((nearestEquator / 1e7) * (Math.PI / 180));
  return (Math.hypot(width, Math.max(...ys) - Math.min(...ys)) / 1e7) * METRES_PER_DEGREE;
}

function areaM2(points: readonly RingPoint[]): number {
  const middle = points.reduce((sum, point) => sum + point.y, 0) / points.length / 1e7;
  const perUnit = METRES_PER_DEGREE / 1e7;
  return (Math.abs(doubleArea(points)) / 2) * perUnit * perUnit * Math.cos((middle * Math.PI) / 180);
}

function duplicateErrors(points: readonly RingPoint[], field: string): FieldError[] {
  const seen = new Map<string, number>();
  for (const [i, { x, y }] of points.entries()) {
    const first = seen.get(`${x} ${y}`);
    if (first !== undefined)
      return [
        {
          field: `${field}[${i}]`,
          message: `The same position as number ${first}; only the closing one may repeat.`,
        },
      ];
    seen.set(`${x} ${y}`, i);
  }
  return [];
}

function geometryErrors(points: readonly RingPoint[], field: string): FieldError[] {
  const limit = MAX_GEOFENCE_EXTENT_M;
  if (extentM(points) > limit)
    return [{ field, message: `The corners lie more than ${limit / 1000} km from each other.`, limit }];
  const crossing = findCrossing(points);
  if (crossing)
    return [
      {
        field,
        message: `The ring crosses or touches itself: edge ${crossing[0]} meets edge ${crossing[1]}.`,
      },
    ];
  if (areaM2(points) < MIN_GEOFENCE_AREA_M2)
    return [
      {
        field,
        message: `The area is below ${MIN_GEOFENCE_AREA_M2} square metres.`,
        limit: MIN_GEOFENCE_AREA_M2,
      },
    ];
  return [];
}

/** What is wrong with a GeoJSON linear ring (RFC 7946 section 3.1.6), by field; empty when nothing is. */
export function ringErrors(ring: readonly Position[], field: string): readonly FieldError[] {
  const wrongShape = shapeErrors(ring, field);
  if (wrongShape.length > 0) return wrongShape;
  const wrongPositions = ring.flatMap((position, i) => positionErrors(position, `${field}[${i}]`));
  if (wrongPositions.length > 0) return wrongPositions;
  if (!samePosition(ring[0] as Position, ring.at(-1) as Position))
    return [{ field, message: "The ring is not closed: its last position must equal its first." }];
  const points = unwrapRing(ring);
  const duplicates = duplicateErrors(points, field);
  return duplicates.length > 0 ? duplicates : geometryErrors(points, field);
}
