import { lstatSync, rmSync } from "node:fs";
import type { Time } from "@purrimeter/service/time";
import { connect, createServer, type ListenOptions, type Server, type Socket } from "node:net";
import type { AcceptLink } from "./link.ts";

/** The address at which programs that carry Bluetooth connect. */
export type SocketAddress = { readonly host: string; readonly port: number } | { readonly path: string };

/** A tag answers the challenge that a link begins with and that is repeated every few seconds. */
const SILENCE_MS = 30_000;

/**
 * Listens; every connection is a link to one tag. One that has sent nothing for `silenceMs` is ended. Rejects with the
 * system's error. A socket file that a killed gateway left behind is replaced; a file of another kind never is.
 */
export async function listenForLinks(
  address: SocketAddress,
  accept: AcceptLink,
  time: Time,
  silenceMs: number = SILENCE_MS,
): Promise<Server> {
  try {
    return await listen(address, accept, time, silenceMs);
  } catch (error) {
    const isInUse = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
    if (!isInUse || !("path" in address) || !isSocket(address.path)) throw error;
    if (await isAnswered(address.path)) throw error;
    rmSync(address.path);
    return listen(address, accept, time, silenceMs);
  }
}

function listen(address: SocketAddress, accept: AcceptLink, time: Time, silenceMs: number): Promise<Server> {
  const server = createServer((socket) => {
    takeSocket(socket, accept);
    const cancel = time.after(silenceMs, () => void socket.destroy());
    // A tag that has spoken may be silent for hours: it sleeps.
    socket.once("data", cancel).once("close", cancel);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(address as ListenOptions, () => resolve(server));
  });
}

function isSocket(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true;
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

const KEEP_ALIVE_MS = 30_000;

function takeSocket(socket: Socket, accept: AcceptLink): void {
  socket.setNoDelay(true);
  // A peer that was switched off does not close its connection.
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  const end = accept({
    write: (bytes) => void socket.write(bytes),
    unsentBytes: () => socket.writableLength,
    close: () => socket.destroy(),
  });
  socket.on("data", (bytes) => end.bytes(bytes));
  // A broken link is closed; the reason makes no difference.
  socket.on("error", () => undefined);
  socket.on("close", () => end.closed());
}
