import { readFileSync } from "node:fs";

/** State of proc_net_tcp(5). */
const ESTABLISHED = "01";

/** TCP connections of a client's IPv4 address that a server on a port of this machine still holds. */
export function establishedFrom(address: string, port: number): number {
  const bytes = address.split(".").map(Number).toReversed();
  const client = Buffer.from(bytes).toString("hex").toUpperCase();
  const server = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const rows = readFileSync("/proc/net/tcp", "latin1").split("\n");
  return rows.filter((row) => {
    const [, local = "", remote = "", state] = row.trim().split(/\s+/);
    return local.endsWith(server) && remote.startsWith(client) && state === ESTABLISHED;
  }).length;
}
