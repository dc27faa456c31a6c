/** A point of a flat ring in whole units. Products of differences must stay below 2^53, so that signs are exact. */
export interface RingPoint {
  readonly x: number;
  readonly y: number;
}

/** Twice the signed area of a, b, c: positive when c lies to the left of the way from a to b. */
function turn(a: RingPoint, b: RingPoint, c: RingPoint): number {
  return Math.sign((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x));
}

function isWithinBox(a: RingPoint, b: RingPoint, c: RingPoint): boolean {
  const insideX = Math.min(a.x, b.x) <= c.x && c.x <= Math.max(a.x, b.x);
  return insideX && Math.min(a.y, b.y) <= c.y && c.y <= Math.max(a.y, b.y);
}

function meet(a: RingPoint, b: RingPoint, c: RingPoint, d: RingPoint): boolean {
  const [abc, abd, cda, cdb] = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
  if (abc * abd < 0 && cda * cdb < 0) return true;
  if (abc === 0 && isWithinBox(a, b, c)) return true;
  if (abd === 0 && isWithinBox(a, b, d)) return true;
  if (cda === 0 && isWithinBox(c, d, a)) return true;
  return cdb === 0 && isWithinBox(c, d, b);
}

/** Whether the way a, b, c goes back over itself at b. */
function foldsBack(a: RingPoint, b: RingPoint, c: RingPoint): boolean {
  return turn(a, b, c) === 0 && (b.x - a.x) * (c.x - b.x) + (b.y - a.y) * (c.y - b.y) < 0;
}

/**
 * The numbers of two edges of an open ring that cross, touch or lie on each other, or undefined for a simple ring
 * (OGC 06-103r4, 6.1.11). Edge i goes from point i to the next. Unlike @turf/kinks it sees edges that overlap, and its
 * arithmetic is exact. Quadratic: for rings of MAX_VERTICES.
 */
export function findCrossing(ring: readonly RingPoint[]): readonly [number, number] | undefined {
  const at = (i: number): RingPoint => ring[i % ring.length] as RingPoint;
  for (let i = 0; i < ring.length; i++) {
    if (foldsBack(at(i), at(i + 1), at(i + 2))) return [i, (i + 1) % ring.length];
    const last = i === 0 ? ring.length - 1 : ring.length;
    for (let k = i + 2; k < last; k++) if (meet(at(i), at(i + 1), at(k), at(k + 1))) return [i, k];
  }
  return undefined;
}

/** Twice the signed area in square units: positive when the ring turns counter-clockwise. */
export function doubleArea(ring: readonly RingPoint[]): number {
  const first = ring[0];
  if (first === undefined) return 0;
  let sum = 0;
  let previous = ring.at(-1) ?? first;
  for (const point of ring) {
    sum += (previous.x - first.x) * (point.y - first.y) - (point.x - first.x) * (previous.y - first.y);
    previous = point;
  }
  return sum;
}
