/** How long to wait before trying again. Milliseconds. */
export interface BackOff {
  /** Before the first repetition; doubles with each failure in a row. */
  readonly firstMs: number;
  readonly longestMs: number;
}

/** The wait after so many failures in a row, counted from 1. */
export function backOffMs({ firstMs, longestMs }: BackOff, failures: number): number {
  return Math.min(longestMs, firstMs * 2 ** (failures - 1));
}
