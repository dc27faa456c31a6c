import type { Server } from "node:https";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

/**
 * Knows which connections of a server have a request under way, so that all others can end at once. Node's own closeIdleConnections
 * leaves those open that never sent a request.
 */
export class GracefulEnd {
  readonly #sockets = new Set<Socket>();
  readonly #answering = new Map<Socket, ServerResponse>();
  #isEnding = false;

  constructor(server: Server) {
    server.on("secureConnection", (socket) => this.#opened(socket));
    server.on("request", (incoming, outgoing) => {
      this.#answering.set(incoming.socket, outgoing);
      outgoing.once("close", () => this.#answered(incoming.socket, outgoing));
    });
  }

  /** Ends every connection as soon as its request, if it has one, was answered. */
  begin(): void {
    this.#isEnding = true;
    for (const socket of this.#sockets) {
      const outgoing = this.#answering.get(socket);
      if (outgoing === undefined) socket.end();
      else if (!outgoing.headersSent) outgoing.setHeader("connection", "close");
    }
  }

  #opened(socket: Socket): void {
    if (this.#isEnding) return void socket.end();
    this.#sockets.add(socket);
    socket.once("close", () => {
      this.#sockets.delete(socket);
      this.#answering.delete(socket);
    });
  }

  #answered(socket: Socket, outgoing: ServerResponse): void {
    // A client may have sent the next request already.
    if (this.#answering.get(socket) !== outgoing) return;
    this.#answering.delete(socket);
    if (this.#isEnding) socket.end();
  }
}
