import { lonDeltaE7 } from "@purrimeter/protocol/lon-delta";
import type { GeofenceShape } from "./geofence.ts";

type Ring = Extract<GeofenceShape, { kind: "polygon" }>["vertices"];

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A square of the plane, and how deep its centre and its deepest point can be. */
interface Cell extends Point {
  readonly half: number;
  readonly depthM: number;
  readonly boundM: number;
}

const METRES_PER_E7 = 111_320e-7;

/** Closer than this is no better: a receiver errs by more. */
const EXACT_M = 0.5;

/** Ends the search in a long narrow maze; there area over perimeter is near the truth. */
const MAX_CELLS = 1_000;

/** Metres from the first vertex on a flat map at the middle latitude; half a percent exact for any zone that a tag takes. */
function onPlane(ring: Ring): Point[] {
  const [first] = ring;
  if (first === undefined) return [];
  const lats = ring.map(({ latE7 }) => latE7);
  const middleE7 = (Math.min(...lats) + Math.max(...lats)) / 2;
  const shrink = Math.cos((middleE7 * Math.PI) / 180e7);
  return ring.map(({ latE7, lonE7 }) => ({
    x: lonDeltaE7(first.lonE7, lonE7) * METRES_PER_E7 * shrink,
    y: (latE7 - first.latE7) * METRES_PER_E7,
  }));
}

function squareToEdge({ x, y }: Point, from: Point, to: Point): number {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const along = ((x - from.x) * dx + (y - from.y) * dy) / (dx * dx + dy * dy || 1);
  const share = Math.min(1, Math.max(0, along));
  const east = x - from.x - share * dx;
  const north = y - from.y - share * dy;
  return east * east + north * north;
}

/** Distance to the nearest edge, negative outside. */
function depthAtM(point: Point, ring: readonly Point[]): number {
  let isInside = false;
  let nearest = Infinity;
  let from = ring.at(-1) as Point;
  for (const to of ring) {
    const isCrossed = from.y > point.y !== to.y > point.y;
    if (isCrossed && point.x < from.x + ((point.y - from.y) * (to.x - from.x)) / (to.y - from.y))
      isInside = !isInside;
    nearest = Math.min(nearest, squareToEdge(point, from, to));
    from = to;
  }
  return isInside ? Math.sqrt(nearest) : -Math.sqrt(nearest);
}

function cellAt(x: number, y: number, half: number, ring: readonly Point[]): Cell {
  const depthM = depthAtM({ x, y }, ring);
  return { x, y, half, depthM, boundM: depthM + half * Math.SQRT2 };
}

function areaOverPerimeterM(ring: readonly Point[]): number {
  let doubleArea = 0;
  let perimeter = 0;
  let from = ring.at(-1) as Point;
  for (const to of ring) {
    doubleArea += from.x * to.y - to.x * from.y;
    perimeter += Math.hypot(to.x - from.x, to.y - from.y);
    from = to;
  }
  return perimeter === 0 ? 0 : Math.abs(doubleArea) / 2 / perimeter;
}

function wholeCell(ring: readonly Point[]): Cell {
  const [xs, ys] = [ring.map(({ x }) => x), ring.map(({ y }) => y)];
  const [west, east, south, north] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  return cellAt((west + east) / 2, (south + north) / 2, Math.max(east - west, north - south) / 2, ring);
}

function quartersOf({ x, y, half }: Cell, ring: readonly Point[]): Cell[] {
  const quarter = half / 2;
  return [-quarter, quarter].flatMap((dx) =>
    [-quarter, quarter].map((dy) => cellAt(x + dx, y + dy, quarter, ring)),
  );
}

/** The pole of inaccessibility by ever smaller squares (V. Agafonkin, polylabel), level by level. */
function poleDepthM(ring: readonly Point[], enoughM: number): number {
  // A simple polygon holds a circle of at least this radius (Bonnesen).
  let bestM = areaOverPerimeterM(ring);
  let cells = [wholeCell(ring)];
  for (let looked = 0; cells.length > 0 && bestM < enoughM; looked += cells.length) {
    if (looked > MAX_CELLS) return bestM;
    for (const { depthM } of cells) bestM = Math.max(bestM, depthM);
    const open = cells.filter(({ boundM }) => boundM > bestM + EXACT_M);
    cells = open.flatMap((cell) => quartersOf(cell, ring));
  }
  return bestM;
}

/**
 * The radius of the largest circle within the shape, metres: how deep inside one can be. Exact to half a metre; from `enoughM`
 * on it may be anything above. For a polygon that is narrow and very long it is a lower bound.
 */
export function inscribedRadiusM(shape: GeofenceShape, enoughM: number): number {
  return shape.kind === "circle" ? shape.radiusCm / 100 : poleDepthM(onPlane(shape.vertices), enoughM);
}
