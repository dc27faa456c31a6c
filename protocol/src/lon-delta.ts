import { MAX_LON_E7 } from "./values.ts";

/** The short way round from one longitude to another, -1,800,000,000 to 1,799,999,999: it crosses the date line. */
export function lonDeltaE7(fromE7: number, toE7: number): number {
  return wrapLonE7(toE7 - fromE7);
}

/** Brings a longitude that is at most one turn outside -180 to 180 degrees back into that range. */
export function wrapLonE7(lonE7: number): number {
  if (lonE7 >= MAX_LON_E7) return lonE7 - 2 * MAX_LON_E7;
  if (lonE7 < -MAX_LON_E7) return lonE7 + 2 * MAX_LON_E7;
  return lonE7;
}
