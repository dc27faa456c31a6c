/** The client hung up before it was answered. No status of HTTP says so. */
const HUNG_UP = 499;

/** The answer to a request whose client went away in its body, which is no failure of ours; nobody reads it. Undefined for others. */
export function hungUpAnswer(error: Error & { code?: unknown }): Response | undefined {
  const isHangUp = error.message === "aborted" && error.code === "ECONNRESET";
  return isHangUp ? new Response(null, { status: HUNG_UP }) : undefined;
}
