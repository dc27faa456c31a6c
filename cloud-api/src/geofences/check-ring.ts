import { MAX_GEOFENCE_EXTENT_M, MAX_VERTICES, MIN_VERTICES } from "@purrimeter/protocol/limits";
import type { FieldError } from "@purrimeter/service/problem";
import { metresEast, metresNorth } from "./earth-lengths.ts";
import { doubleArea, findCrossing } from "./ring-crossing.ts";
import type { RingPoint } from "./ring-crossing.ts";

/** Degrees. The tag's geometry is flat, which near a pole nothing is; web maps end at 85.05 for the same reason. */
const MAX_GEOFENCE_LATITUDE = 85;

/** Square metres. A smaller polygon lies inside the receiver's own error. */
const MIN_GEOFENCE_AREA_M2 = 100;

/** As above, 10^-7 degrees. */
const MAX_GEOFENCE_LATITUDE_E7 = MAX_GEOFENCE_LATITUDE * 1e7;

const FULL_TURN_E7 = 3_600_000_000;

/** Positions that are looked at one by one: every one of the largest ring may come twice. */
const MAX_POSITIONS = 2 * (MAX_VERTICES + 1);

/** Longitude, latitude in degrees; what follows (an altitude, RFC 7946 section 3.1.1) is ignored. */
export type Position = readonly number[];

function isWithin(value: number, limit: number): boolean {
  return value >= -limit && value <= limit;
}

function rangeError(field: string, value: number, limit: number, hint: string): FieldError {
  return { field, message: `${value} is outside -${limit} to ${limit}.${hint}`, limit };
}

/** What is wrong with a position, if anything: it lacks a number, its ranges, or that its axes look swapped. */
function positionErrors(position: Position, field: string): FieldError[] {
  const [longitude, latitude] = position;
  if (longitude === undefined || latitude === undefined)
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

/** What is wrong with a circle, by field: its centre, or that it reaches too near to a pole for the tag's flat map. */
export function circleErrors(center: Position, radiusM: number): readonly FieldError[] {
  const wrong = positionErrors(center, "center");
  if (wrong.length > 0) return wrong;
  const latE7 = Math.abs(Math.round((center[1] ?? 0) * 1e7));
  if (latE7 + radiusM / metresNorth(latE7) <= MAX_GEOFENCE_LATITUDE_E7) return [];
  const message = `The circle reaches beyond ${MAX_GEOFENCE_LATITUDE} degrees of latitude. No geofence reaches a pole.`;
  return [{ field: "center[1]", message, limit: MAX_GEOFENCE_LATITUDE }];
}

function lengthErrors(ring: readonly Position[], field: string): FieldError[] {
  if (ring.length > MIN_VERTICES) return [];
  const message = `A closed ring has at least 4 positions; this has ${ring.length}.`;
  return [{ field, message, limit: MIN_VERTICES + 1 }];
}

/** Counted without positions that come twice in a row. */
function countErrors(points: readonly RingPoint[], field: string): FieldError[] {
  if (points.length > MAX_VERTICES) return [tooManyVertices(points.length, field)];
  if (points.length >= MIN_VERTICES) return [];
  const message = `A closed ring has at least 4 different positions in a row; this has ${points.length + 1}.`;
  return [{ field, message, limit: MIN_VERTICES + 1 }];
}

function tooManyVertices(vertices: number, field: string): FieldError {
  const message = `A geofence has at most ${MAX_VERTICES} vertices; this has ${vertices}.`;
  return { field, message, limit: MAX_VERTICES };
}

function toE7(degrees: number | undefined): number {
  return Math.round((degrees ?? 0) * 1e7);
}

function isClosed(ring: readonly Position[]): boolean {
  const [first, last] = [ring[0] ?? [], ring.at(-1) ?? []];
  return toE7(first[1]) === toE7(last[1]) && (toE7(first[0]) - toE7(last[0])) % FULL_TURN_E7 === 0;
}

/**
 * The ring in E7 without its closing position and without positions that repeat the one before, x going on across the date
 * line: a fence is far narrower than half the globe, so the shorter way from one position to the next is meant.
 */
export function unwrapRing(ring: readonly Position[]): RingPoint[] {
  const points: RingPoint[] = [];
  for (const [longitude, latitude] of ring.slice(0, -1)) {
    const before = points.at(-1);
    const turns = before === undefined ? 0 : Math.round((toE7(longitude) - before.x) / FULL_TURN_E7);
    const point = { x: toE7(longitude) - turns * FULL_TURN_E7, y: toE7(latitude) };
    if (before?.x !== point.x || before.y !== point.y) points.push(point);
  }
  while (points.length > 1 && isSameVertex(points[0], points.at(-1))) points.pop();
  return points;
}

function isSameVertex(a: RingPoint | undefined, b: RingPoint | undefined): boolean {
  return a?.y === b?.y && ((a?.x ?? 0) - (b?.x ?? 0)) % FULL_TURN_E7 === 0;
}

/** Not below what the tag measures: it takes its lengths at the middle latitude. */
function extentM(points: readonly RingPoint[]): number {
  const xs = points.map((point) => point.x);
  const ys = points.map((point) => point.y);
  const fromEquator = ys.map((y) => Math.abs(y));
  const isOnBothSides = Math.min(...ys) < 0 && Math.max(...ys) > 0;
  const width =
    (Math.max(...xs) - Math.min(...xs)) * metresEast(isOnBothSides ? 0 : Math.min(...fromEquator));
  const height = (Math.max(...ys) - Math.min(...ys)) * metresNorth(Math.max(...fromEquator));
  return Math.hypot(width, height);
}

function areaM2(points: readonly RingPoint[]): number {
  const middle = points.reduce((sum, point) => sum + point.y, 0) / points.length;
  return (Math.abs(doubleArea(points)) / 2) * metresEast(middle) * metresNorth(middle);
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
  const wrongLength = lengthErrors(ring, field);
  if (wrongLength.length > 0) return wrongLength;
  if (ring.length > MAX_POSITIONS) return [tooManyVertices(ring.length - 1, field)];
  const wrongPositions = ring.flatMap((position, i) => positionErrors(position, `${field}[${i}]`));
  if (wrongPositions.length > 0) return wrongPositions;
  if (!isClosed(ring))
    return [{ field, message: "The ring is not closed: its last position must equal its first." }];
  const points = unwrapRing(ring);
  const wrongCount = countErrors(points, field);
  if (wrongCount.length > 0) return wrongCount;
  const duplicates = duplicateErrors(points, field);
  return duplicates.length > 0 ? duplicates : geometryErrors(points, field);
}
