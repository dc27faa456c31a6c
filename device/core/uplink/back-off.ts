import type { Random } from "../random.ts";

/** Doublings after which the longest wait is reached for any first wait above a second. */
const MAX_DOUBLINGS = 12;

/**
 * How long to wait after `failures` failures in a row (0 = the first), in milliseconds: doubling from `firstMs` to
 * `mostMs`, times a random factor of 0.5 to 1, so that a thousand tags that failed together do not come back together.
 */
export function backOffMs(failures: number, firstMs: number, mostMs: number, random: Random): number {
  let waitMs = firstMs;
  for (let i = 0; i < failures && i < MAX_DOUBLINGS; i++) waitMs *= 2;
  return Math.min(waitMs, mostMs) * (0.5 + random.next() / 2);
}
