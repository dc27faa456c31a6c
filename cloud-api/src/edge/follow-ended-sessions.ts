import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { DEADLINE_MS } from "./auth-service.ts";
import type { AuthService } from "./auth-service.ts";
import type { EndedSessions } from "./ended-sessions.ts";

const MAX_ITEMS = 1_000;

const feedSchema = z.object({
  items: z.array(z.object({ sid: z.string(), until: z.number() })).max(MAX_ITEMS),
  next: z.number().int(),
  reset: z.boolean(),
});

/** How long the service holds a request when nothing has ended. */
const WAIT_S = 25;

const MIN_BACK_OFF_MS = 100;
const MAX_BACK_OFF_MS = 5_000;

/** The cursor to ask with next, or `unavailable`. */
async function askOnce(
  auth: AuthService,
  ended: EndedSessions,
  after: number | undefined,
): Promise<number | undefined | "unavailable"> {
  const query = after === undefined ? "" : `?after=${after}&waitS=${WAIT_S}`;
  const deadlineMs = WAIT_S * 1000 + DEADLINE_MS;
  const answer = await auth.call({ method: "GET", path: `/sessions/ended${query}`, deadlineMs });
  const page = answer.kind === "answer" ? feedSchema.safeParse(answer.body).data : undefined;
  if (page === undefined) return "unavailable";
  for (const { sid, until } of page.items) ended.add(sid, until);
  if (page.items.length < MAX_ITEMS) ended.heard();
  return page.reset ? undefined : page.next;
}

/**
 * Keeps one waiting request at the authentication service, so that a session which ends is refused here within
 * milliseconds; tries again while the service is away. Resolves after the signal and the request under way have ended.
 */
export async function followEndedSessions(
  auth: AuthService,
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
