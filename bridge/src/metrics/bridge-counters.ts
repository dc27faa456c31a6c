/** Counts of what happened since the start, by name and reason; a place to read metrics from. */
export interface BridgeCounters {
  readonly counts: ReadonlyMap<string, number>;
  /** Adds to `name`, or to `name.reason`. Names and reasons are constants of the code, so the map stays small. */
  add(name: string, reason?: string, by?: number): void;
  get(name: string, reason?: string): number;
}

export function createBridgeCounters(): BridgeCounters {
  const counts = new Map<string, number>();
  const keyOf = (name: string, reason?: string): string =>
    reason === undefined ? name : `${name}.${reason}`;
  return {
    counts,
    add: (name, reason, by = 1) => {
      const key = keyOf(name, reason);
      counts.set(key, (counts.get(key) ?? 0) + by);
    },
    get: (name, reason) => counts.get(keyOf(name, reason)) ?? 0,
  };
}
