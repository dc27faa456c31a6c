import { ENDED_SESSIONS_HEADER } from "@purrimeter/auth-api/internal";
import type { Context } from "hono";

/** Names, in the header of this answer, the sessions that the request ended. */
export function setEndedSessions(context: Context, sids: readonly string[]): void {
  if (sids.length > 0) context.header(ENDED_SESSIONS_HEADER, sids.join(","));
}
