import { errorCode, type Log } from "@purrimeter/service/log";
import { asUnixSeconds, type UnixSeconds } from "@purrimeter/protocol/values";
import type { Store } from "@purrimeter/store/open-store";

const DAY_S = 86_400;

/** Deletes what is older than it is kept; what fails is logged and tried again the next time. Never rejects. */
export async function deleteOldLocations(
  retention: Store["retention"],
  retentionDays: number,
  now: () => UnixSeconds,
  log: Log,
): Promise<void> {
  try {
    const before = asUnixSeconds(Math.max(0, now() - retentionDays * DAY_S)) ?? (0 as UnixSeconds);
    const count = await retention.deleteBefore(before);
    log.info("old locations deleted", { event: "retention.done", count });
  } catch (error) {
    log.error("old locations could not be deleted", { event: "retention.fault", code: errorCode(error) });
  }
}
