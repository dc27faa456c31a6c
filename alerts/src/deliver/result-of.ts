import type { AttemptResult } from "@purrimeter/notifier/attempt";
import type { NoAnswer } from "@purrimeter/notifier/notifier-client";
import type { Random } from "@purrimeter/service/random";
import type { DeliveryResult, DeliveryTask } from "@purrimeter/store/alert-work";
import { afterAwayMs, nextAttemptMs } from "./retry-times.ts";

/** After this time since the first attempt nothing is tried any more, however often the notifier was away. Milliseconds. */
const GIVE_UP_MS = 5 * 86_400_000;

const BAD_REQUEST = 400;

/** What is kept of an attempt, and when the next one is. `nowMs`: when it ended, of UTC. */
export function resultOf(
  { attempts, firstAttemptAt }: Pick<DeliveryTask, "attempts" | "firstAttemptAt">,
  answer: AttemptResult | NoAnswer,
  nowMs: number,
  random: Random,
): DeliveryResult {
  if (answer.outcome === "no-answer") {
    const { reason: error } = answer;
    const sinceMs = Math.max(0, nowMs - (firstAttemptAt ?? nowMs));
    if (sinceMs > GIVE_UP_MS || answer.status === BAD_REQUEST)
      return { kind: "failed", error, tls: undefined };
    const nextAtMs = nowMs + afterAwayMs(sinceMs, random);
    return { kind: "retry", nextAtMs, error, tls: undefined, isUnasked: true };
  }
  const { outcome, tls, retryAfterS = 0 } = answer;
  const error = withStatus(answer);
  switch (outcome) {
    case "delivered":
      return { kind: "delivered", atMs: nowMs, tls };
    case "gone":
      return { kind: "gone", error, tls };
    case "rejected":
      return { kind: "failed", error, tls };
    case "not-allowed":
      return { kind: "failed", error: `not allowed: ${error}`, tls };
    case "failed": {
      const nextAtMs = nextAttemptMs(nowMs, attempts + 1, retryAfterS, random);
      return nextAtMs === undefined
        ? { kind: "failed", error, tls }
        : { kind: "retry", nextAtMs, error, tls };
    }
  }
}

/** The owner of an endpoint looks for the status in its log. */
function withStatus({ reason, status }: AttemptResult): string {
  return status === undefined ? reason : `${reason} (${status})`;
}
