import type { Log } from "@purrimeter/service/log";
import { createTokenBucket, takeToken } from "@purrimeter/service/token-bucket";
import type { TagId } from "@purrimeter/protocol/values";
import type { BridgeCounters } from "../metrics/bridge-counters.ts";
import type { SecurityEvent, SecurityEventCause } from "./security-event.ts";

/** Somebody who breaks rules a thousand times a second must not fill the disk with lines about it. */
const LINES = { burst: 100, perSecond: 10 };

/** Counts every security event, and logs as many as a person could read, each with what caused it. */
export function logSecurityEvents(
  counters: BridgeCounters,
  log: Log,
  monotonicMs: () => number,
): (event: SecurityEvent, tag?: TagId, cause?: SecurityEventCause) => void {
  const bucket = createTokenBucket();
  return (event, tag, cause) => {
    counters.add("security", event);
    if (event === "handshake-failed" && cause) counters.add("handshake-failures", cause.reason);
    if (takeToken(bucket, LINES, monotonicMs()) > 0) return counters.add("security-lines-dropped");
    const reason = cause === undefined ? event : `${event}: ${cause.reason}`;
    const who = tag === undefined ? {} : { tag };
    log.warn("a rule was broken", { event: "security", reason, ...(cause && { code: cause.code }), ...who });
  };
}
