/** True signed distances in cells of 10 m, 200 m to either side of an edge; the last ones hold everything beyond. */
export const CELL_CM = 1_000;
export const CELLS = 40;

/** Farther outside the edge than this, in cm, the place of a fix makes no difference. */
export const FARTHEST_CM = (CELL_CM * CELLS) / 2;

/**
 * Deeper inside than this it makes none either: whether a cat is 30 m or 100 m from the edge hardly changes a decision
 * (docs/fences.md), and most fixes of a cat at home then need only their distance from the middle of the zone.
 */
export const DEEPEST_CM = 3000;

/**
 * The part that remains after `timeConstants` time constants: e^-timeConstants within 0.03, by operations that every
 * engine rounds in the same way.
 */
export function decayOver(timeConstants: number): number {
  return 1 / (1 + timeConstants * (1 + timeConstants * (0.5 + timeConstants / 6)));
}
