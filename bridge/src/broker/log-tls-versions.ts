import type { Log } from "@purrimeter/service/log";
import type { TagId } from "@purrimeter/protocol/values";
import type { BridgeCounters } from "../metrics/bridge-counters.ts";
import type { TlsVersion } from "./tls-context.ts";

/** Tags that are remembered as named already; a bridge with more of them has no business with TLS 1.2. */
const MAX_NAMED = 10_000;

/** Counts connections by their TLS, and names every tag once that comes over 1.2: whoever wants to end that must know whom it hits. */
export function logTlsVersions(
  counters: BridgeCounters,
  log: Log,
): (tag: TagId, version: TlsVersion) => void {
  const named = new Set<TagId>();
  return (tag, version) => {
    counters.add("connections", version === "1.3" ? "tls13" : "tls12");
    if (version === "1.3" || named.has(tag) || named.size >= MAX_NAMED) return;
    named.add(tag);
    log.warn("a tag speaks TLS 1.2", { event: "tls12.tag", tag });
  };
}

/** Says that the second listener is on: a warning, and a count that stays 1 while this process runs. */
export function logTls12Listener(counters: BridgeCounters, log: Log, port: number | undefined): void {
  if (port === undefined) return;
  counters.add("listeners", "tls12");
  log.warn("the listener for TLS 1.2 is on", { event: "tls12.on", port });
}
