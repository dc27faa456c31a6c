import { DEVICE_MARK_HEADER } from "@purrimeter/auth-api/device-marks";
import type { Context } from "hono";

/** The mark of a familiar device that came with the request; nothing is proved of it. */
export function sentMark(context: Context): string | undefined {
  return context.req.header(DEVICE_MARK_HEADER);
}

/** Hands the mark to the client, with this answer. */
export function setMark(context: Context, mark: string): void {
  context.header(DEVICE_MARK_HEADER, mark);
}
