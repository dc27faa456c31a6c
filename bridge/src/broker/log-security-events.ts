import type { Log } from "@purrimeter/service/log";
import type { TagId } from "@purrimeter/protocol/values";
import type { BridgeCounters } from "../metrics/bridge-counters.ts";
import type { SecurityEvent } from "./security-event.ts";
import { createTokenBucket, takeToken } from "./token-bucket.ts";

/** Somebody who breaks rules a thousand times a second must not fill the disk with lines about it. */
const LINES = { burst: 100, perSecond: 10 };

/** Counts every security event, and logs as many as a person could read. */
export function logSecurityEvents(
  counters: BridgeCounters,
  log: Log,
  monotonicMs: () => number,
): (event: SecurityEvent, tag?: TagId) => void {
  const bucket = createTokenBucket(LINES, monotonicMs());
  return (reason, tag) => {
    counters.add("security", reason);
    if (takeToken(bucket, LINES, monotonicMs()) > 0) return counters.add("security-lines-dropped");
    log.warn("a rule was broken", { event: "security", reason, ...(tag === undefined ? {} : { tag }) });
  };
}
