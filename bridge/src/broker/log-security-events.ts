import type { Log } from "@purrimeter/service/log";
import { SummedLines } from "@purrimeter/service/summed-lines";
import type { TagId } from "@purrimeter/protocol/values";
import type { BridgeCounters } from "../metrics/bridge-counters.ts";
import type { SecurityEvent, SecurityEventCause } from "./security-event.ts";

/** Somebody who breaks rules a thousand times a second must not fill the disk with lines about it, nor hide what others do. */
const PER_KIND = { burst: 100, perSecond: 0.2 };
const PER_TAG = { burst: 10, perSecond: 1 / 60 };
const SUM_EVERY_MS = 60_000;

/** Counts every security event, and logs as many as a person could read, each with what caused it, and sums of the others. */
export function logSecurityEvents(
  counters: BridgeCounters,
  log: Log,
  monotonicMs: () => number,
): (event: SecurityEvent, tag?: TagId, cause?: SecurityEventCause) => void {
  const onSum = (reason: string, count: number): void =>
    log.warn("rules were broken", { event: "security.sum", reason, count });
  const perKind = PER_KIND;
  const lines = new SummedLines({ perKind, perOrigin: PER_TAG, monotonicMs, onSum, everyMs: SUM_EVERY_MS });
  return (event, tag, cause) => {
    counters.add("security", event);
    if (event === "handshake-failed" && cause) counters.add("handshake-failures", cause.reason);
    if (!lines.mayWrite(event, tag)) return counters.add("security-lines-dropped");
    const reason = cause === undefined ? event : `${event}: ${cause.reason}`;
    const who = tag === undefined ? {} : { tag };
    log.warn("a rule was broken", { event: "security", reason, ...(cause && { code: cause.code }), ...who });
  };
}
