import type { Count, Metrics } from "@purrimeter/service/metrics";
import { COUNTER_HELP } from "./bridge-counters.ts";
import type { BridgeCounters } from "./bridge-counters.ts";

/** Present sizes of a source of reports. */
export interface SourceSizes {
  readonly sessions: number;
  readonly connections: number;
}

/**
 * Hands counts and sizes to Prometheus: a count `name.reason` becomes the counter `purrimeter_bridge_name_total` with the label
 * `reason`. They are read when they are asked for, so that counting stays an addition.
 */
export function measureBridge(metrics: Metrics, { counts }: BridgeCounters, source: SourceSizes): void {
  for (const [name, help] of Object.entries(COUNTER_HELP))
    metrics.countsOf({ name: `${name.replaceAll("-", "_")}_total`, help, labels: ["reason"] }, () =>
      countsOf(counts, name),
    );
  metrics.gauge({ name: "sessions", help: "Tags that have a session." }, () => source.sessions);
  metrics.gauge({ name: "connections", help: "Connections of tags." }, () => source.connections);
}

function* countsOf(counts: ReadonlyMap<string, number>, name: string): Generator<Count<"reason">> {
  for (const [key, count] of counts) {
    if (key === name) yield { labels: {}, count };
    else if (key.startsWith(`${name}.`)) yield { labels: { reason: key.slice(name.length + 1) }, count };
  }
}
