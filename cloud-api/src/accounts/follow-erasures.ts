import { repeatUntil } from "@purrimeter/service/repeat-until";
import type { Time } from "@purrimeter/service/time";
import type { OwnerDataErasure } from "./owner-data-erasure.ts";

const EVERY_MS = 60_000;
const BACK_OFF = { firstMs: 1_000, longestMs: EVERY_MS };

/** Takes up erasures that were broken off: at start, once a minute, and sooner while something is left over. Ends with the signal. */
export async function followErasures(
  erasures: Pick<OwnerDataErasure, "sweep">,
  time: Time,
  signal: AbortSignal,
): Promise<void> {
  const attempt = async (): Promise<number | "failed"> =>
    (await erasures.sweep()) === "erased" ? EVERY_MS : "failed";
  await repeatUntil(signal, { time, backOff: BACK_OFF, attempt });
}
