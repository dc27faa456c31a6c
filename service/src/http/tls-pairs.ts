import type { Socket } from "node:net";

/** One connection of a server: its addresses and ports, as the TCP socket and the TLS socket above it both say. */
function nameOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress ?? ""} ${remotePort ?? ""} ${localAddress ?? ""}`;
}

/** Finds the TCP socket below a TLS socket, which Node does not tell. */
export class TlsPairs {
  readonly #byName = new Map<string, Socket>();

  /** A connection that was accepted. */
  accepted(socket: Socket): void {
    const name = nameOf(socket);
    this.#byName.set(name, socket);
    socket.once("close", () => {
      if (this.#byName.get(name) === socket) this.#byName.delete(name);
    });
  }

  /** To be asked when the handshake has ended; undefined when the connection is gone. */
  below(secure: Socket): Socket | undefined {
    return this.#byName.get(nameOf(secure));
  }
}
