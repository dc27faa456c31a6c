import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";

/** Common name of the certificate that a client of a mutual connection has shown; undefined when TLS has not verified one. */
export function peerName(socket: Socket): string | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const names = (socket.getPeerX509Certificate()?.subject ?? "")
    .split("\n")
    .filter((part) => part.startsWith("CN="));
  // Our authority gives one; with two it would depend on who reads which of them counts.
  return names.length === 1 ? names[0]?.slice("CN=".length) : undefined;
}
