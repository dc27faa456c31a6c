import type { AttemptResult } from "../attempt.ts";
import type { PostAnswer, PostFailure } from "./post.ts";
import { retryAfterS } from "./retry-after.ts";

/** Statuses that mean more than "try again" on one kind of channel. */
export interface StatusMeanings {
  /** The endpoint takes no message any more. */
  readonly gone: readonly number[];
  /** It will never take this message. */
  readonly rejected: readonly number[];
}

/** How an attempt over HTTP went. Only 2xx is a delivery. `nowS`: seconds of UTC. */
export function httpResult(
  answer: PostAnswer | PostFailure,
  meanings: StatusMeanings,
  nowS: number,
): AttemptResult {
  if (answer.kind !== "answer")
    return { outcome: answer.kind === "refused" ? "not-allowed" : "failed", reason: answer.reason };
  const { status, tls } = answer;
  const shown = { status, ...(tls !== undefined && { tls }) };
  if (status >= 200 && status < 300)
    return { outcome: "delivered", reason: "taken by the endpoint", ...shown };
  if (meanings.gone.includes(status)) return { outcome: "gone", reason: "the endpoint is gone", ...shown };
  if (meanings.rejected.includes(status))
    return { outcome: "rejected", reason: "the message is too large for the endpoint", ...shown };
  const wait = retryAfterS(answer.retryAfter, nowS);
  return {
    outcome: "failed",
    reason: reasonOf(status),
    ...shown,
    ...(wait !== undefined && { retryAfterS: wait }),
  };
}

function reasonOf(status: number): string {
  if (status >= 300 && status < 400)
    return "the endpoint answered with a redirect; redirects are not followed";
  if (status === 401 || status === 403) return "the endpoint does not accept who sends";
  if (status === 404) return "the endpoint does not know its address";
  if (status === 429) return "the endpoint takes no more messages for now";
  return status >= 500 ? "the endpoint has failed" : "the endpoint did not take the message";
}
