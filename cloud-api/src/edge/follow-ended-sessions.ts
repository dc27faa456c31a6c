import { repeatUntil } from "@purrimeter/service/repeat-until";
import type { Time } from "@purrimeter/service/time";
import { endedSessionsRoute, endedSessionsSchema, MAX_ENDED_SESSIONS } from "@purrimeter/auth-api/internal";
import type { AuthReport } from "./auth-report.ts";
import { DEADLINE_MS } from "./auth-service.ts";
import type { AuthService } from "./auth-service.ts";
import type { EndedSessions } from "./ended-sessions.ts";

/** How long the service holds a request when nothing has ended. */
const WAIT_S = 25;

const BACK_OFF = { firstMs: 100, longestMs: 5_000 };

/** What is needed of the surroundings. */
export interface FollowEndedSessionsOptions {
  readonly auth: Pick<AuthService, "call">;
  readonly ended: EndedSessions;
  readonly time: Time;
  readonly report: Pick<AuthReport, "understood">;
}

/** The cursor to ask with next, or `unavailable`. */
async function askOnce(
  { auth, ended, report }: FollowEndedSessionsOptions,
  after: number | undefined,
): Promise<number | undefined | "unavailable"> {
  const query = after === undefined ? "" : `?after=${after}&waitS=${WAIT_S}`;
  const deadlineMs = WAIT_S * 1000 + DEADLINE_MS;
  const answer = await auth.call({ method: "GET", path: `${endedSessionsRoute.path}${query}`, deadlineMs });
  const page = answer.kind === "answer" ? endedSessionsSchema.safeParse(answer.body).data : undefined;
  if (answer.kind === "answer") report.understood("ended-sessions", page !== undefined);
  if (page === undefined) return "unavailable";
  for (const { sid, until } of page.items) ended.add(sid, until);
  if (page.items.length < MAX_ENDED_SESSIONS) ended.heard();
  return page.reset ? undefined : page.next;
}

/**
 * Keeps one waiting request at the authentication service, so that a session which ends is refused here within
 * milliseconds; tries again while the service is away. Resolves after the signal and the request under way have ended.
 */
export async function followEndedSessions(
  options: FollowEndedSessionsOptions,
  signal: AbortSignal,
): Promise<void> {
  let after: number | undefined;
  const attempt = async (): Promise<number | "failed"> => {
    const next = await askOnce(options, after);
    if (next === "unavailable") return "failed";
    after = next;
    return 0;
  };
  await repeatUntil(signal, { time: options.time, backOff: BACK_OFF, attempt });
}
