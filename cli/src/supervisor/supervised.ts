import { systemTime } from "@purrimeter/service/system-time";

/**
 * Loaded into every service before its own code. A service whose supervisor was killed would run on, hold its port and
 * keep the next one from starting: so the end of the supervisor is taken like SIGTERM.
 */
const STOP_TIMEOUT_MS = 4_000;

process.on("message", (message) => {
  // Answered by the loop that serves requests: one that hangs is silent.
  if (isPing(message) && process.connected) process.send?.({ type: "pong" }, ignoreEndedChannel);
});

function isPing(message: unknown): boolean {
  return typeof message === "object" && message !== null && "type" in message && message.type === "ping";
}

/** "disconnect" says the same. */
function ignoreEndedChannel(): void {}

process.on("disconnect", () => {
  process.emit("SIGTERM", "SIGTERM");
  // A service that was still starting has no handler yet.
  systemTime.after(STOP_TIMEOUT_MS, () => process.exit(1), { background: true });
});
// Listening for the supervisor's end is no reason to stay alive.
process.channel?.unref();
