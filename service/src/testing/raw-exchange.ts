import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import type { Socket } from "node:net";
import { connect } from "node:tls";
import type { ConnectionOptions, TLSSocket } from "node:tls";

/** A TLS connection to localhost whose handshake has ended; rejects when it fails. */
export async function dialTls(port: number, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect({ host: "127.0.0.1", servername: "localhost", port, ...options });
  await once(socket, "secureConnect");
  return socket;
}

/** A plain TCP connection to localhost. */
export async function dialTcp(port: number): Promise<Socket> {
  const socket = connectTcp({ host: "127.0.0.1", port });
  await once(socket, "connect");
  return socket;
}

/** Sends bytes as they are; everything that comes until the other end hangs up. */
export async function exchange(socket: Socket, text: string): Promise<string> {
  let received = "";
  socket.on("data", (chunk: Buffer) => (received += chunk.toString("latin1")));
  socket.on("error", () => undefined);
  if (text !== "") socket.write(text);
  if (!socket.closed) await new Promise<void>((resolve) => void socket.once("close", () => resolve()));
  return received;
}
