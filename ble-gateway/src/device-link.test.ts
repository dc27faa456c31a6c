import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "@purrimeter/device/testing/until";
import { afterAll, beforeAll, expect, it } from "vitest";
import { keepDeviceLink } from "./device-link.ts";

/** Every byte that a terminal might take for an order: end of line and file, interrupt, flow control, quit, erase. */
const BYTES = [0, 3, 4, 10, 13, 17, 19, 26, 28, 127, 192, 219, 255];

/** Makes a terminal, says its name, and echoes back what comes through it with every byte one more, until its input ends. */
const TERMINAL = `
import os, pty, select, sys
master, slave = pty.openpty()
print(os.ttyname(slave), flush=True)
while True:
    ready, _, _ = select.select([master, 0], [], [])
    if 0 in ready: break
    os.write(master, bytes((byte + 1) % 256 for byte in os.read(master, 100)))
`;
import { systemTime } from "@purrimeter/service/system-time";
const hasPython = spawnSync("python3", ["-c", "import pty"]).status === 0;

/** Waits shorter than a person would. */
const SOON = { after: (_ms: number, work: () => void) => systemTime.after(5, work) };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "device-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

it.skipIf(!hasPython)("carries every byte both ways, and says when the device is gone", async () => {
  const terminal = spawn("python3", ["-c", TERMINAL], { stdio: ["pipe", "pipe", "ignore"] });
  const [name] = (await once(terminal.stdout, "data")) as [Buffer];
  const received: number[] = [];
  let closed = 0;
  const kept = keepDeviceLink(
    name.toString().trim(),
    (link) => {
      link.write(Uint8Array.from(BYTES));
      return { bytes: (bytes) => void received.push(...bytes), closed: () => void closed++ };
    },
    () => undefined,
    systemTime,
  );
  await until("the echo", () => received.length >= BYTES.length);
  expect(received).toEqual(BYTES.map((byte) => (byte + 1) % 256));
  terminal.stdin.end();
  await until("the end", () => closed === 1);
  kept.stop();
});

it("says once what is wrong with a device, and tries again", async () => {
  const path = join(folder, "device");
  const troubles: string[] = [];
  const accept = (): never => expect.unreachable("no terminal is there");
  const kept = keepDeviceLink(path, accept, (code) => troubles.push(code), SOON);
  await until("the first", () => troubles.length === 1);
  writeFileSync(path, "a file");
  await until("the second", () => troubles.length === 2);
  kept.stop();
  expect(troubles).toEqual(["ENOENT", "not-a-terminal"]);
});
