import type { UnixSeconds } from "@purrimeter/protocol/values";
import { errorCode, type Log } from "@purrimeter/service/log";
import type { Store } from "@purrimeter/store/open-store";

/** What a look at future times needs. */
export interface CutFutureTimesParts {
  readonly store: Pick<Store, "cutFutureTimes">;
  readonly isClockTrusted: () => boolean;
  readonly now: () => UnixSeconds;
  readonly log: Log;
}

/** Cuts what a clock that was ahead has written back to the present, while the clock is trusted. Never rejects. */
export async function cutFutureTimes({
  store,
  isClockTrusted,
  now,
  log,
}: CutFutureTimesParts): Promise<void> {
  if (!isClockTrusted()) return;
  try {
    const count = await store.cutFutureTimes(now());
    if (count > 0) log.warn("times in the future were set to the present", { event: "clock.cut", count });
  } catch (error) {
    log.error("times in the future could not be set", { event: "clock.fault", code: errorCode(error) });
  }
}
