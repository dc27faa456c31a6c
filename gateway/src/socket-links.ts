import { createServer, type ListenOptions, type Server, type Socket } from "node:net";
import type { AcceptLink } from "./link.ts";

/** Where programs that carry Bluetooth hand their bytes over. */
export type SocketAddress = { readonly host: string; readonly port: number } | { readonly path: string };

/** Listens; every connection is a link to whatever tag is behind it. Rejects with the system's error. */
export function listenForLinks(address: SocketAddress, accept: AcceptLink): Promise<Server> {
  const server = createServer((socket) => takeSocket(socket, accept));
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(address as ListenOptions, () => resolve(server));
  });
}

function takeSocket(socket: Socket, accept: AcceptLink): void {
  socket.setNoDelay(true);
  const end = accept({
    write: (bytes) => void socket.write(bytes),
    unsentBytes: () => socket.writableLength,
    close: () => socket.destroy(),
  });
  socket.on("data", (bytes) => end.bytes(bytes));
  // A link that breaks is closed; why, is of no use.
  socket.on("error", () => undefined);
  socket.on("close", () => end.closed());
}
