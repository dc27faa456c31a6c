/** What is counted, and what it says. */
export const COUNTER_HELP = {
  "bad-status": "Statuses of tags that could not be read.",
  "command-answers": "Commands that tags have answered, by outcome.",
  "commands-sent": "Commands that were sent to tags, each time, by kind.",
  connections: "Connections of tags by their TLS.",
  "decided-again": "Transitions that were decided a second time, by what came of it.",
  entries: "Journal entries by what came of them.",
  "handshake-failures": "TLS handshakes of tags that failed, by why.",
  holes: "Reports that showed that entries before them are missing.",
  listeners: "1 for each listener beyond the first that is on.",
  refused: "Reports that were refused.",
  reports: "Reports that were stored or known already.",
  "missing-entries": "Entries that will never come: a tag dropped them, or a database lost its end.",
  "second-opinion": "Sides that a second library was asked for.",
  security: "Rules that somebody broke.",
  "security-lines-dropped": "Broken rules that were counted and not logged.",
  "set-aside": "Reports that are kept as dead letters.",
  "settings-sent": "Settings that were sent to tags.",
  "status-refused": "Statuses that were refused.",
  "store-fault": "Failures of the store by their code.",
  suspect: "Fixes that were stored and are doubted.",
} as const;

/** Name of a count. */
type CounterName = keyof typeof COUNTER_HELP;

/** Counts of what happened since the start, by name and reason; a place to read metrics from. */
export interface BridgeCounters {
  readonly counts: ReadonlyMap<string, number>;
  /** Adds to `name`, or to `name.reason`. Names and reasons are constants of the code, so the map stays small. */
  add(name: CounterName | `${CounterName}.${string}`, reason?: string, by?: number): void;
  get(name: CounterName | `${CounterName}.${string}`, reason?: string): number;
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
