import type { Server } from "node:https";
import type { Socket } from "node:net";
import type { ConnectionGate } from "./connection-gate.ts";
import { onAuthenticated } from "./connection-owner.ts";
import { TlsPairs } from "./tls-pairs.ts";

/** Tells the gate which connections have a request under way, and which have shown who they are. */
export function followConnections(
  server: Server,
  gate: ConnectionGate,
  { isMutual }: { readonly isMutual: boolean },
): void {
  const pairs = new TlsPairs();
  const below = new WeakMap<Socket, Socket>();
  server.on("connection", (socket: Socket) => {
    if (!socket.destroyed) pairs.accepted(socket);
  });
  server.on("secureConnection", (secure) => {
    const socket = pairs.below(secure);
    if (socket === undefined || secure.destroyed) return;
    below.set(secure, socket);
    gate.idle(socket);
    if (isMutual) gate.authenticated(socket);
    onAuthenticated(secure, () => gate.authenticated(socket));
  });
  server.on("request", (incoming, outgoing) => {
    const socket = below.get(incoming.socket);
    if (socket === undefined) return;
    gate.busy(socket);
    outgoing.once("close", () => gate.idle(socket));
  });
}
