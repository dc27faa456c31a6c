import { spawnSync } from "node:child_process";
import { lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ManualTime } from "@purrimeter/service/testing/manual-time";
import { listenForLinks } from "./socket-links.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-links-"));
  path = join(folder, "links");
});
afterEach(() => rmSync(folder, { recursive: true }));

let time: ManualTime;
let links: { heard: string; closed: boolean }[];

function listen(): Promise<Server> {
  time = new ManualTime();
  links = [];
  const accept = () => {
    const link = { heard: "", closed: false };
    links.push(link);
    return {
      bytes: (bytes: Uint8Array) => void (link.heard += Buffer.from(bytes).toString()),
      closed: () => void (link.closed = true),
    };
  };
  return listenForLinks({ path }, accept, time);
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

test("a file that is no socket is left as it is, also behind a link", async () => {
  writeFileSync(path, "precious");
  await expect(listen()).rejects.toMatchObject({ code: "EADDRINUSE" });
  const file = join(folder, "accounts.db");
  writeFileSync(file, "more precious");
  rmSync(path);
  symlinkSync(file, path);
  await expect(listen()).rejects.toMatchObject({ code: "EADDRINUSE" });
  expect([readFileSync(file, "utf8"), lstatSync(path).isSymbolicLink()]).toEqual(["more precious", true]);
});

test("a socket that somebody answers at is left to them", async () => {
  const first = await listen();
  await expect(listen()).rejects.toMatchObject({ code: "EADDRINUSE" });
  await close(first);
});

test("a socket that a killed program left behind is replaced", async () => {
  const script = `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
  spawnSync(process.execPath, ["-e", script]);
  expect(lstatSync(path).isSocket()).toBe(true);
  await close(await listen());
});

test("a link that has sent nothing for 30 s is ended, and one that has spoken may be silent for hours", async () => {
  const server = await listen();
  const [silent, spoken] = [connect(path), connect(path)];
  await expect.poll(() => links.length).toBe(2);
  spoken.write("x");
  await expect.poll(() => links.map(({ heard }) => heard).toSorted()).toEqual(["", "x"]);
  time.advance(30_000);
  await expect.poll(() => links.filter(({ closed }) => closed).map(({ heard }) => heard)).toEqual([""]);
  time.advance(36_000_000);
  expect(time.pending).toBe(0);
  expect(links.filter(({ closed }) => !closed)).toHaveLength(1);
  silent.destroy();
  spoken.destroy();
  await close(server);
});
