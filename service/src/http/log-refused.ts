import type { Log } from "../log/log.ts";
import { SummedLines } from "../log/summed-lines.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { RefusedConnection } from "./listen.ts";

/** Whoever connects a thousand times a second must not fill the disk with lines about it. */
const LINES = { burst: 20, perSecond: 0.2 };
const SUM_EVERY_MS = 60_000;

/** Takes refused connections. */
export interface RefusedLog {
  (refused: RefusedConnection): void;
  /** Tells what was left out of the log: now and then, because a flood may end between two connections, and at the end. */
  summarise(): void;
}

/** Counts every refused connection, and logs as many as a person could read, and sums of the others. */
export function logRefused(log: Log, metrics: Metrics, monotonicMs: () => number): RefusedLog {
  const onSum = (reason: string, count: number): void =>
    log.warn("connections refused", { event: "connection.refused-sum", reason, count });
  const lines = new SummedLines({
    perKind: LINES,
    perOrigin: LINES,
    monotonicMs,
    onSum,
    everyMs: SUM_EVERY_MS,
  });
  const count = metrics.counter({
    name: "refused_connections_total",
    help: "Connections that ended before a request was read.",
    labels: ["kind", "reason"],
  });
  const tell = ({ kind, code, reason }: RefusedConnection): void => {
    count.inc({ kind, reason });
    if (lines.mayWrite(kind)) log.warn("connection refused", { event: "connection.refused", reason, code });
  };
  return Object.assign(tell, { summarise: () => lines.summarise() });
}
