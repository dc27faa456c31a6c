/** Seconds of a UTC day; Unix time has no leap seconds. */
const DAY_S = 86_400;

/** Days since 1970 in UTC. */
export function utcDay(at: number): number {
  return Math.floor(at / DAY_S);
}
