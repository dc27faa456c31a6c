import { backOffMs } from "../../core/uplink/back-off.ts";
import type { Random } from "../../core/random.ts";
import type { ModemFailure } from "./modem-step.ts";

const FIRST_MS = 5_000;
const MOST_MS = 10 * 60_000;
/** A fault that only a person can repair must not drain the battery. */
const FIRST_HOPELESS_MS = 10 * 60_000;
const MOST_HOPELESS_MS = 2 * 3_600_000;

/** Whether only a person can repair it. */
export function isHopeless(failure: ModemFailure): boolean {
  return failure === "certificate" || failure === "no-sim";
}

/** How long to wait after `failures` failures in a row (0 = the first), in milliseconds, with jitter. */
export function pauseMs(failure: ModemFailure, failures: number, random: Random, firstMs = FIRST_MS): number {
  if (isHopeless(failure)) return backOffMs(failures, FIRST_HOPELESS_MS, MOST_HOPELESS_MS, random);
  // Writing files wears the modem's flash.
  return backOffMs(failures, firstMs, failure === "no-files" ? MOST_HOPELESS_MS : MOST_MS, random);
}
