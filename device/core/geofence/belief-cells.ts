/** True signed distances in cells of 7.5 m: 75 m inside an edge, 225 m outside; the last ones hold everything beyond. */
export const CELL_CM = 750;
export const CELLS = 40;
export const INSIDE_CELLS = 10;

/**
 * Deeper inside than this, in cm, the place of a fix makes no difference: whether a cat is 30 m or 100 m from the edge
 * hardly changes a decision (docs/fences.md), and most fixes of a cat at home then need only their distance from the
 * middle of the zone.
 */
export const DEEPEST_CM = 3000;

/** The first cell that a geofence of this depth has; a cat cannot be deeper inside than the geofence is. */
export function firstCell(depthCm: number): number {
  const inside = Math.floor(depthCm / CELL_CM + 0.5);
  return INSIDE_CELLS - Math.max(1, Math.min(INSIDE_CELLS, inside));
}

/**
 * The part that remains after `timeConstants` time constants: e^-timeConstants within 0.03, by operations that every
 * engine rounds in the same way.
 */
export function decayOver(timeConstants: number): number {
  return 1 / (1 + timeConstants * (1 + timeConstants * (0.5 + timeConstants / 6)));
}
