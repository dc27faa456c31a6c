import { backOffMs } from "./back-off.ts";
import type { BackOff } from "./back-off.ts";
import { sleep } from "./sleep.ts";
import type { Time } from "./time.ts";

/** What is repeated, and how. */
export interface Repetition {
  readonly time: Time;
  readonly backOff: BackOff;
  /** One attempt. Answers how many ms to wait before the next one, or that it failed. */
  readonly attempt: () => Promise<number | "failed">;
}

/** Attempts again and again until the signal. Resolves when the last attempt has ended; rejects with what one throws. */
export async function repeatUntil(
  signal: AbortSignal,
  { time, backOff, attempt }: Repetition,
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    const outcome = await attempt();
    failures = outcome === "failed" ? failures + 1 : 0;
    const waitMs = outcome === "failed" ? backOffMs(backOff, failures) : outcome;
    if (waitMs > 0) await sleep(time, waitMs, signal);
  }
}
