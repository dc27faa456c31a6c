import { errorCode, type Log } from "@purrimeter/service/log";
import type { Cancel, Time } from "@purrimeter/service/time";
import { endUnverified, type EndUnverifiedParts } from "./end-unverified.ts";

const SWEEP_MS = 3_600_000;

/** What a sweep needs. */
export interface SweepUnverifiedParts extends EndUnverifiedParts {
  readonly isClockTrusted: () => boolean;
  readonly log: Log;
  readonly time: Pick<Time, "every">;
}

/** Ends accounts that nobody has verified within `days`, now and each hour; none while the clock is not trusted. */
export function sweepUnverified(parts: SweepUnverifiedParts, days: number): Cancel {
  const { isClockTrusted, log, time } = parts;
  const sweep = (): void => {
    if (!isClockTrusted()) return;
    endUnverified(parts, days).catch((error: unknown) => {
      log.error("unverified accounts were not ended", {
        event: "accounts.not-ended",
        code: errorCode(error),
      });
    });
  };
  sweep();
  return time.every(SWEEP_MS, sweep, { background: true });
}
