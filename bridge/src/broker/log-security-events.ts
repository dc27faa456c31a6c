import type { Log } from "@purrimeter/service/log";
import { SummedLines } from "@purrimeter/service/summed-lines";
import type { TagId } from "@purrimeter/protocol/values";
import type { BridgeCounters } from "../metrics/bridge-counters.ts";
import type { SecurityEvent, SecurityEventCause } from "./security-event.ts";

/** Somebody who breaks rules a thousand times a second must not fill the disk with lines about it, nor hide what others do. */
const PER_KIND = { burst: 100, perSecond: 0.2 };
const PER_TAG = { burst: 10, perSecond: 1 / 60 };
const SUM_EVERY_MS = 60_000;

/** Takes security events. */
export interface SecurityLog {
  (event: SecurityEvent, tag?: TagId, cause?: SecurityEventCause): void;
  /** Tells what was left out of the log: each minute, because a flood may end between two events, and at the end. */
  summarise(): void;
}

/** Counts every security event, and logs as many as a person could read, each with what caused it, and sums of the others. */
export function logSecurityEvents(
  counters: BridgeCounters,
  log: Log,
  monotonicMs: () => number,
): SecurityLog {
  const onSum = (reason: string, count: number): void =>
    log.warn("rules were broken", { event: "security.sum", reason, count });
  const perKind = PER_KIND;
  const lines = new SummedLines({ perKind, perOrigin: PER_TAG, monotonicMs, onSum, everyMs: SUM_EVERY_MS });
  const tell = (event: SecurityEvent, tag?: TagId, cause?: SecurityEventCause): void => {
    counters.add("security", event);
    if (event === "handshake-failed" && cause) counters.add("handshake-failures", cause.reason);
    if (!lines.mayWrite(event, tag)) return counters.add("security-lines-dropped");
    const reason = cause === undefined ? event : `${event}: ${cause.reason}`;
    const who = tag === undefined ? {} : { tag };
    log.warn("a rule was broken", { event: "security", reason, ...(cause && { code: cause.code }), ...who });
  };
  return Object.assign(tell, { summarise: () => lines.summarise() });
}
