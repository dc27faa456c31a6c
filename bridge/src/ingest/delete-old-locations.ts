import { errorCode, type Log } from "@purrimeter/service/log";
import { asUnixSeconds, type UnixSeconds } from "@purrimeter/protocol/values";
import type { Store } from "@purrimeter/store/open-store";

const DAY_S = 86_400;

/** What a run of retention needs. */
export interface DeleteOldLocationsParts {
  readonly store: {
    readonly retention: Store["retention"];
    readonly trail: Pick<Store["trail"], "prune">;
    readonly clock: Pick<Store["clock"], "retentionTime" | "keepRetentionTime">;
  };
  readonly retentionDays: number;
  readonly isClockTrusted: () => boolean;
  readonly now: () => UnixSeconds;
  readonly log: Log;
}

/**
 * Deletes what is older than it is kept, and what old rows of the audit trail say, unless the clock is not trusted; at most three days more than the last run, however far the
 * clock went on. What fails is logged and tried again the next time. Never rejects.
 */
export async function deleteOldLocations(parts: DeleteOldLocationsParts): Promise<void> {
  const { store, retentionDays, isClockTrusted, now, log } = parts;
  try {
    if (!isClockTrusted())
      return log.warn("old locations are kept: the clock is not trusted", { event: "retention.kept" });
    const asOf = store.clock.retentionTime(now());
    const before = asUnixSeconds(Math.max(0, asOf - retentionDays * DAY_S)) ?? (0 as UnixSeconds);
    const count = (await store.retention.deleteBefore(before)) + store.trail.prune(asOf);
    store.clock.keepRetentionTime(asOf);
    log.info("old locations deleted", { event: "retention.done", count });
  } catch (error) {
    log.error("old locations could not be deleted", { event: "retention.fault", code: errorCode(error) });
  }
}
