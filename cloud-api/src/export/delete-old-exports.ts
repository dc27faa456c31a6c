import { errorCode } from "@purrimeter/service/log";
import type { Log } from "@purrimeter/service/log";
import { repeatUntil } from "@purrimeter/service/repeat-until";
import type { Time } from "@purrimeter/service/time";
import type { Store } from "@purrimeter/store/open-store";

const EVERY_MS = 60_000;
const BACK_OFF = { firstMs: 1_000, longestMs: EVERY_MS };

/** What is needed of the surroundings. */
export interface DeleteOldExportsParts {
  readonly store: Pick<Store, "exports">;
  readonly log: Log;
  readonly time: Time;
}

/** Deletes archives of accounts a day after they were asked for: once a minute. Ends with the signal. */
export async function deleteOldExports(parts: DeleteOldExportsParts, signal: AbortSignal): Promise<void> {
  const attempt = (): Promise<number | "failed"> => Promise.resolve(deleteOld(parts));
  await repeatUntil(signal, { time: parts.time, backOff: BACK_OFF, attempt });
}

function deleteOld({ store, log }: DeleteOldExportsParts): number | "failed" {
  try {
    store.exports.deleteOld();
    return EVERY_MS;
  } catch (error) {
    log.error("archives are not deleted yet", { event: "export.left-over", code: errorCode(error) });
    return "failed";
  }
}
