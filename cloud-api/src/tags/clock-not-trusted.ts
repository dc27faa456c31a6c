import { refuse } from "../edge/problem.ts";

/** Seconds. A clock is mended by a time server within minutes, and by nobody within seconds. */
const RETRY_AFTER_S = 300;

/** For what begins or is promised for a time, while the server's clock is not trusted. */
export function clockNotTrusted(): Error {
  const message =
    "The server's clock may be wrong, so nothing can change hands or be shared now. Try again later; if it stays so, tell the operator.";
  return refuse("unavailable", message, undefined, { "Retry-After": String(RETRY_AFTER_S) });
}
