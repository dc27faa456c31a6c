import type { Context } from "hono";
import { ENDED_SESSIONS_HEADER } from "../http/cloud-api-interface.ts";

/** Tells the gateway, in the header of this answer, which sessions the request ended. */
export function setEndedSessions(context: Context, sids: readonly string[]): void {
  if (sids.length > 0) context.header(ENDED_SESSIONS_HEADER, sids.join(","));
}
