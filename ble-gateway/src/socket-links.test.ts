import { spawnSync } from "node:child_process";
import { lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import type { Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { listenForLinks } from "./socket-links.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-links-"));
  path = join(folder, "links");
});
afterEach(() => rmSync(folder, { recursive: true }));

function listen(): Promise<Server> {
  return listenForLinks({ path }, () => ({ bytes: () => undefined, closed: () => undefined }));
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
