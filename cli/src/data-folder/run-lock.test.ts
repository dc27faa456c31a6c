import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isFailure } from "../terminal/failure.ts";
import { lockRun } from "./run-lock.ts";

let folder: string;
let path: string;
let holder: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-lock-"));
  path = join(folder, "purrimeter.pid");
});
afterEach(() => {
  holder?.kill("SIGKILL");
  holder = undefined;
  rmSync(folder, { recursive: true });
});

async function holdInAnotherProcess(): Promise<number> {
  const module = JSON.stringify(join(import.meta.dirname, "run-lock.ts"));
  const script = `const { lockRun } = await import(${module}); console.log("release" in lockRun(${JSON.stringify(folder)})); setInterval(() => {}, 1000);`;
  holder = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(holder.stdout!, "data");
  return holder.pid ?? 0;
}

test("a released folder can be taken again", () => {
  const lock = lockRun(folder);
  expect(isFailure(lock)).toBe(false);
  if (!isFailure(lock)) lock.release();
  expect(existsSync(path)).toBe(false);
});

test("a folder that another process has is refused, until that process is killed", async () => {
  const pid = await holdInAnotherProcess();
  const refused = lockRun(folder);
  expect(isFailure(refused) && refused.failure).toContain(`(process ${pid})`);
  holder?.kill("SIGKILL");
  await once(holder!, "exit");
  expect(isFailure(lockRun(folder))).toBe(false);
});

test("of many that take over at once what a dead process left, one has it", async () => {
  const module = JSON.stringify(join(import.meta.dirname, "run-lock.ts"));
  const script = `const { lockRun } = await import(${module}); process.once("message", () => process.send("release" in lockRun(${JSON.stringify(folder)}))); process.send("ready"); setInterval(() => {}, 1000);`;
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    }),
  );
  try {
    await Promise.all(children.map((child) => once(child, "message")));
    writeFileSync(path, "999999999 1");
    const answers = children.map((child) => once(child, "message"));
    for (const child of children) child.send("take");
    expect((await Promise.all(answers)).filter(([has]) => has === true)).toHaveLength(1);
  } finally {
    for (const child of children) child.kill("SIGKILL");
  }
});

test("what another process has is not removed by a release", () => {
  const lock = lockRun(folder);
  writeFileSync(path, `${process.ppid} of another`);
  if (!isFailure(lock)) lock.release();
  expect(existsSync(path)).toBe(true);
});

test.each(["", "garbage", "999999999 1", `${process.ppid} 1`])(
  "what a dead process left is taken over: %j",
  (left) => {
    writeFileSync(path, left);
    expect(isFailure(lockRun(folder))).toBe(false);
  },
);
