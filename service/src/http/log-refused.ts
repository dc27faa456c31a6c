import { createTokenBucket, takeToken } from "../limits/token-bucket.ts";
import type { Log } from "../log/log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { RefusedConnection } from "./listen.ts";

/** Whoever connects a thousand times a second must not fill the disk with lines about it. */
const LINES = { burst: 20, perSecond: 0.2 };

/** Counts every refused connection, and logs as many as a person could read. */
export function logRefused(
  log: Log,
  metrics: Metrics,
  monotonicMs: () => number,
): (refused: RefusedConnection) => void {
  const bucket = createTokenBucket();
  const count = metrics.counter({
    name: "refused_connections_total",
    help: "Connections that ended before a request was read.",
    labels: ["kind", "reason"],
  });
  return ({ kind, code, reason }) => {
    count.inc({ kind, reason });
    if (takeToken(bucket, LINES, monotonicMs()) > 0) return;
    log.warn("connection refused", { event: "connection.refused", reason, code });
  };
}
