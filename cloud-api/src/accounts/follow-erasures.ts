import { setTimeout as sleep } from "node:timers/promises";
import type { OwnerDataErasure } from "./owner-data-erasure.ts";

const EVERY_MS = 60_000;
const MIN_BACK_OFF_MS = 1_000;

/** Takes up erasures that were broken off: at start, once a minute, and sooner while something is left over. Ends with the signal. */
export async function followErasures(
  erasures: Pick<OwnerDataErasure, "sweep">,
  signal: AbortSignal,
): Promise<void> {
  let backOffMs = MIN_BACK_OFF_MS;
  while (!signal.aborted) {
    const isDone = (await erasures.sweep()) === "erased";
    await sleep(isDone ? EVERY_MS : backOffMs, undefined, { signal, ref: false }).catch(ignoreAbort);
    backOffMs = isDone ? MIN_BACK_OFF_MS : Math.min(backOffMs * 2, EVERY_MS);
  }
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === "AbortError")) throw error;
}
