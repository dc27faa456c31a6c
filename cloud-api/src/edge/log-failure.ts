import { errorCode } from "@purrimeter/service/log";
import type { Log } from "@purrimeter/service/log";

/** Says in the log that a route failed, and with which code; of the error itself nothing, for it may name anything. */
export function logFailure(log: Log): (error: unknown, route: string) => void {
  return (error, route) =>
    log.error("request failed", { event: "request.failed", route, code: errorCode(error) });
}
