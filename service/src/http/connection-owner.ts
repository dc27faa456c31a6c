import type { Socket } from "node:net";

const known = new WeakMap<Socket, () => void>();

/** Calls back once somebody has shown on this connection who they are. */
export function onAuthenticated(socket: Socket, work: () => void): void {
  known.set(socket, work);
}

/** Says that a request of this connection has shown who asks: the connection is not counted by its address any more. */
export function markAuthenticated(socket: Socket): void {
  known.get(socket)?.();
}
