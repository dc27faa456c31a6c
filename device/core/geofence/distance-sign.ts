/** Greatest distance: it fits 31 bits, and more makes no difference. */
const FARTHEST_CM = 1_000_000_000;

/** A distance inside as a negative whole number, -1 on the edge. Whole numbers allocate nothing on any engine. */
export function insideCm(distanceCm: number): number {
  return -1 - (distanceCm | 0);
}

/** A distance outside as a whole number, 0 on the edge. */
export function outsideCm(distanceCm: number): number {
  return (distanceCm < FARTHEST_CM ? distanceCm : FARTHEST_CM) | 0;
}
