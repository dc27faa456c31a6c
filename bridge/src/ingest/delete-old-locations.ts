import { errorCode, type Log } from "@purrimeter/service/log";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import type { Store } from "@purrimeter/store/open-store";
import type { RetentionBounds } from "@purrimeter/store/retention-choice";

/** Faults of a run of which a line each is written: they are mostly the same one. */
const MAX_TOLD = 3;

/** What a run of retention needs. */
export interface DeleteOldLocationsParts {
  readonly store: {
    readonly retention: Pick<Store["retention"], "run">;
    readonly trail: Pick<Store["trail"], "prune">;
    readonly clock: Pick<Store["clock"], "retentionTime" | "keepRetentionTime">;
  };
  readonly bounds: RetentionBounds;
  readonly isClockTrusted: () => boolean;
  readonly now: () => UnixSeconds;
  readonly log: Log;
}

/**
 * Deletes what is older than its owner has it kept, and what old rows of the audit trail say, unless the clock is not trusted. The
 * run's time is at most three days after the last run's, however far the clock went on; a shorter time that an owner chose
 * holds at once. What fails is logged and tried again the next time. Never rejects.
 */
export async function deleteOldLocations(parts: DeleteOldLocationsParts): Promise<void> {
  const { store, bounds, isClockTrusted, now, log } = parts;
  const failed = (error: unknown): void =>
    log.error("old locations could not be deleted", { event: "retention.fault", code: errorCode(error) });
  try {
    if (!isClockTrusted())
      return log.warn("old locations are kept: the clock is not trusted", { event: "retention.kept" });
    const asOf = store.clock.retentionTime(now()) as UnixSeconds;
    const { deleted, faults } = await store.retention.run({ asOf, bounds });
    for (const fault of faults.slice(0, MAX_TOLD)) failed(fault);
    const count = deleted + store.trail.prune(asOf);
    store.clock.keepRetentionTime(asOf);
    log.info("old locations deleted", { event: "retention.done", count });
  } catch (error) {
    failed(error);
  }
}
