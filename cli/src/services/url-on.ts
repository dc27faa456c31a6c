/** What to connect to on this machine when that address is listened on. */
function reachable(host: string): string {
  if (["0.0.0.0", "::", "127.0.0.1", "::1"].includes(host)) return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}

/** URL of a listener. */
export function urlOn(scheme: "https" | "mqtts", host: string, port: number): string {
  return `${scheme}://${reachable(host)}:${port}`;
}
