import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBridgeProcess, writeProcessFiles } from "./testing/bridge-process.ts";
import { createTestAuthority, type TestAuthority } from "./testing/test-authority.ts";
import { createTestStore, type TestStore } from "./testing/test-store.ts";

/** A write is tried each minute. */
const DEADLINE_MS = 120_000;

let authority: TestAuthority;
let files: TestStore;
let isMounted = false;

beforeAll(async () => {
  authority = await createTestAuthority();
  files = createTestStore();
  try {
    const options = ["-t", "tmpfs", "-o", "size=96m,mode=700", "tmpfs", files.folder];
    execFileSync("mount", options, { stdio: "ignore" });
    isMounted = true;
  } catch {
    // The test is reported as skipped, with the reason in its name.
  }
});
afterAll(() => {
  if (isMounted) execFileSync("umount", [files.folder]);
  files.remove();
  authority.remove();
});

test("a disk that takes no commit makes the bridge not ready until it has room (needs mount)", async (context) => {
  if (!isMounted) return context.skip("mounting a tmpfs is not permitted here");
  await files.open().close();
  const bridge = await startBridgeProcess(writeProcessFiles(files, authority, { metrics: { port: 0 } }));
  const commits = async (): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${bridge.metricsPort}/v1/ready`);
    return ((await answer.json()) as { readonly checks: Record<string, unknown> }).checks["commits"];
  };
  expect(await commits()).toEqual({ ok: true, detail: "can be written" });
  const ballast = join(files.folder, "ballast");
  const { bavail, bsize } = statfsSync(files.folder);
  writeFileSync(ballast, Buffer.alloc(bavail * bsize));
  const failed = { ok: false, detail: "failed: SQLITE_FULL" };
  await expect.poll(commits, { timeout: DEADLINE_MS }).toEqual(failed);
  rmSync(ballast);
  await expect.poll(commits, { timeout: DEADLINE_MS }).toMatchObject({ ok: true });
  bridge.child.kill("SIGTERM");
  expect(await once(bridge.child, "exit")).toEqual([0, null]);
});
