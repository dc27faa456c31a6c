import type { Time } from "./time.ts";

/** Waits for `ms`, or until the signal. True when the time has passed, false when it was broken off. */
export function sleep(time: Time, ms: number, signal?: AbortSignal): Promise<boolean> {
  if (signal?.aborted === true) return Promise.resolve(false);
  return new Promise((resolve) => {
    const breakOff = (): void => {
      cancel();
      resolve(false);
    };
    const cancel = time.after(ms, () => {
      signal?.removeEventListener("abort", breakOff);
      resolve(true);
    });
    signal?.addEventListener("abort", breakOff, { once: true });
  });
}
