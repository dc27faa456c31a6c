import { readFileSync, statSync } from "node:fs";
import { errorCode, type Log } from "@purrimeter/service/log";
import type { AedesSource } from "./aedes-source.ts";

/**
 * What looks, each time it is called, whether the file of revocation lists has changed, and ends the sessions of tags that may have
 * none. Without a file it ends those of revoked tags alone.
 */
export function watchRevocations(path: string | undefined, source: AedesSource, log: Log): () => void {
  let seenMs = path === undefined ? 0 : statSync(path).mtimeMs;
  return () => {
    void source.expelRevoked();
    if (path === undefined) return;
    try {
      const changedMs = statSync(path).mtimeMs;
      if (changedMs === seenMs) return;
      source.replaceRevoked(readFileSync(path, "utf8"));
      seenMs = changedMs;
      log.info("revocation lists read", { event: "revocation.read" });
    } catch (error) {
      // The lists in use stay; the next look tries again.
      log.error("revocation lists could not be read", { event: "revocation.fault", code: errorCode(error) });
    }
  };
}
