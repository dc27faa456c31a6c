import { setTimeout as sleep } from "node:timers/promises";
import { endedSessionsRoute, endedSessionsSchema, MAX_ENDED_SESSIONS } from "@purrimeter/auth-api/internal";
import { DEADLINE_MS } from "./auth-service.ts";
import type { AuthService } from "./auth-service.ts";
import type { EndedSessions } from "./ended-sessions.ts";

/** How long the service holds a request when nothing has ended. */
const WAIT_S = 25;

const MIN_BACK_OFF_MS = 100;
const MAX_BACK_OFF_MS = 5_000;

/** The cursor to ask with next, or `unavailable`. */
async function askOnce(
  auth: Pick<AuthService, "call">,
  ended: EndedSessions,
  after: number | undefined,
): Promise<number | undefined | "unavailable"> {
  const query = after === undefined ? "" : `?after=${after}&waitS=${WAIT_S}`;
  const deadlineMs = WAIT_S * 1000 + DEADLINE_MS;
  const answer = await auth.call({ method: "GET", path: `${endedSessionsRoute.path}${query}`, deadlineMs });
  const page = answer.kind === "answer" ? endedSessionsSchema.safeParse(answer.body).data : undefined;
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
  auth: Pick<AuthService, "call">,
  ended: EndedSessions,
  signal: AbortSignal,
): Promise<void> {
  let after: number | undefined;
  let backOffMs = MIN_BACK_OFF_MS;
  while (!signal.aborted) {
    const next = await askOnce(auth, ended, after);
    if (next === "unavailable") {
      await sleep(backOffMs, undefined, { signal, ref: false }).catch(ignoreAbort);
      backOffMs = Math.min(backOffMs * 2, MAX_BACK_OFF_MS);
    } else {
      after = next;
      backOffMs = MIN_BACK_OFF_MS;
    }
  }
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === "AbortError")) throw error;
}
