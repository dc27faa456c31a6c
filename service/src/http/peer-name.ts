import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";

/** By connection: its certificate does not change (TLS 1.3 has no renegotiation), and reading it costs more than a small request. */
const known = new WeakMap<TLSSocket, string>();

/** Common name of the certificate that a client of a mutual connection has shown; undefined when TLS has not verified one. */
export function peerName(socket: Socket): string | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const name = known.get(socket) ?? readName(socket);
  if (name !== undefined) known.set(socket, name);
  return name;
}

function readName(socket: TLSSocket): string | undefined {
  const names = (socket.getPeerX509Certificate()?.subject ?? "")
    .split("\n")
    .filter((part) => part.startsWith("CN="));
  // Our authority gives one; with two it would depend on who reads which of them counts.
  return names.length === 1 ? names[0]?.slice("CN=".length) : undefined;
}
