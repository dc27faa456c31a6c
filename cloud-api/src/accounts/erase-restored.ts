import { errorCode } from "@purrimeter/service/log";
import type { Log } from "@purrimeter/service/log";
import { repeatUntil } from "@purrimeter/service/repeat-until";
import type { Time } from "@purrimeter/service/time";
import type { Store } from "@purrimeter/store/open-store";

const EVERY_MS = 3_600_000;
const BACK_OFF = { firstMs: 1_000, longestMs: 60_000 };

/** What is needed of the surroundings. */
export interface EraseRestoredParts {
  readonly store: Pick<Store, "eraseAgain">;
  readonly log: Log;
  readonly time: Time;
}

/**
 * Erases again what an older copy of the database brought back of owners whose keys were destroyed: at start and once an
 * hour. Ends with the signal.
 */
export async function eraseRestored(parts: EraseRestoredParts, signal: AbortSignal): Promise<void> {
  const { time } = parts;
  await repeatUntil(signal, { time, backOff: BACK_OFF, attempt: () => attempt(parts) });
}

async function attempt({ store, log }: EraseRestoredParts): Promise<number | "failed"> {
  try {
    const count = await store.eraseAgain();
    if (count > 0) log.warn("owners were erased again", { event: "erasure.again", count });
    return EVERY_MS;
  } catch (error) {
    log.error("owners are not erased again yet", { event: "erasure.left-over", code: errorCode(error) });
    return "failed";
  }
}
