import type { Random } from "@purrimeter/service/random";

/** Before each attempt, seconds: the first at once, the others so long after the one before (Standard Webhooks' schedule). */
export const SCHEDULE_S: readonly number[] = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 86_400];

/** So that what failed together is not tried again together: waits differ by a fifth in both directions. */
const JITTER = 0.2;

/** While the notifier itself is away: as long again as it lasts already, from a second to a minute. */
const LEAST_AWAY_MS = 1_000;
const MOST_AWAY_MS = 60_000;

/** The next attempt, ms of UTC, after so many (1 or more); undefined when there is none any more. */
export function nextAttemptMs(
  nowMs: number,
  attempts: number,
  retryAfterS: number,
  random: Random,
): number | undefined {
  const waitS = SCHEDULE_S[attempts];
  if (waitS === undefined) return undefined;
  return nowMs + Math.round(Math.max(retryAfterS * 1_000, waitS * 1_000 * jitter(random)));
}

/** How long to wait when nothing is known of the endpoint; `sinceMs`: since the first attempt. Milliseconds. */
export function afterAwayMs(sinceMs: number, random: Random): number {
  const waitMs = Math.min(Math.max(sinceMs, LEAST_AWAY_MS), MOST_AWAY_MS);
  return Math.round(waitMs * jitter(random));
}

function jitter(random: Random): number {
  const [high = 0, low = 0] = random.bytes(2);
  return 1 - JITTER + (2 * JITTER * (high * 256 + low)) / 65_535;
}
