/** True signed distances in cells of 10 m, 200 m to either side of an edge; the last ones hold all beyond. */
export const CELL_CM = 1_000;
export const CELLS = 40;

/** Farther out than this from the edge, in cm, it makes no difference where a fix lies. */
export const FARTHEST_CM = (CELL_CM * CELLS) / 2;

/**
 * Nor deeper inside than this: whether a cat is 30 m or 100 m from the edge hardly changes a decision (docs/fences.md), and most
 * fixes of a cat at home need no more than a distance from the middle of its zone.
 */
export const DEEPEST_CM = 3000;

/**
 * What is left of something that lasts a while, after so many of these whiles: e^-x within 0.03, by operations that every
 * engine rounds alike.
 */
export function leftAfter(whiles: number): number {
  return 1 / (1 + whiles * (1 + whiles * (0.5 + whiles / 6)));
}
