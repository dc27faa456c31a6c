import { once } from "node:events";
import { readdirSync } from "node:fs";
import { connect } from "node:net";
import type { NetConnectOpts, Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";

/** A listener of this process that was opened for the test. */
export interface SilentListener {
  readonly address: NetConnectOpts;
  close(): Promise<void>;
}

const DEADLINE = { timeout: 60_000 };

/** Open files and sockets of this process. */
function openFiles(): number {
  return readdirSync("/proc/self/fd").length;
}

async function dial(address: NetConnectOpts): Promise<Socket> {
  const socket = connect(address).resume();
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

/** Every listener ends a connection on which nobody ever says anything, and keeps nothing of it. `count`: how many at once. */
export function describeSilentConnectionContract(
  name: string,
  open: () => Promise<SilentListener>,
  count = 8,
): void {
  describe(`${name}: silent connections`, () => {
    let listener: SilentListener;
    afterEach(() => listener.close());

    test("are ended by the listener, and cost nothing afterwards", DEADLINE, async () => {
      listener = await open();
      const before = openFiles();
      const sockets: Socket[] = [];
      // One after the other: more than the kernel's queue of new connections would wait for its timers.
      while (sockets.length < count) sockets.push(await dial(listener.address));
      for (const socket of sockets) if (!socket.closed) await once(socket, "close");
      await expect.poll(openFiles, DEADLINE).toBeLessThanOrEqual(before);
    });

    test("that their client has dropped cost nothing afterwards", DEADLINE, async () => {
      listener = await open();
      const before = openFiles();
      for (let i = 0; i < count; i++) {
        const socket = await dial(listener.address);
        if (i % 2 === 0 && socket.remoteAddress !== undefined) socket.resetAndDestroy();
        else socket.destroy();
      }
      await expect.poll(openFiles, DEADLINE).toBeLessThanOrEqual(before);
    });
  });
}
