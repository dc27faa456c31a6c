import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Entry } from "@purrimeter/protocol/entry";
import type { EntryNumber, Epoch, LatE7, LonE7, TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { startBridgeProcess, writeProcessFiles, type BridgeProcess } from "./testing/bridge-process.ts";
import { utcNow } from "./testing/open-test-source.ts";
import { createTestAuthority, type TestAuthority } from "./testing/test-authority.ts";
import { claimTag, createTestStore, OWNER, type TestStore } from "./testing/test-store.ts";

const ALF = "alf" as TagId;
const DAY_S = 86_400;
const DEADLINE_MS = 60_000;

/** The library that `faketime` preloads; for programs with several threads. */
const LIBRARY = libraryPath();

function libraryPath(): string {
  const command = ["faketime", "-m", "-f", "+0", "printenv", "LD_PRELOAD"] as const;
  return execFileSync(command[0], command.slice(1), { encoding: "utf8" }).trim();
}

let authority: TestAuthority;
let files: TestStore;
let offsets: string;
let running: BridgeProcess | undefined;

beforeAll(async () => {
  authority = await createTestAuthority();
});
afterAll(() => authority.remove());
beforeEach(async () => {
  files = createTestStore();
  offsets = join(files.folder, "offset");
  await fillStore();
});
afterEach(async () => {
  if (running !== undefined && running.child.exitCode === null) {
    running.child.kill("SIGKILL");
    await once(running.child, "exit");
  }
  running = undefined;
  files.remove();
  rmSync(offsets, { force: true });
});

/** A fix a day for the last 25 days: all of them younger than the 30 that are kept. */
async function fillStore(): Promise<void> {
  const store = files.open();
  await claimTag(store, ALF);
  for (let day = 25; day >= 1; day--) {
    const at = (utcNow() - day * DAY_S) as UnixSeconds;
    const fix = { kind: "fix", at, latE7: 1 as LatE7, lonE7: 1 as LonE7, accuracyDm: 50 } as Entry;
    const numbers = { epoch: 1 as Epoch, first: (26 - day) as EntryNumber, oldest: 1 as EntryNumber };
    await store.reports.recordReport(ALF, { ...numbers, entries: [fix] }, { at, suspect: undefined });
  }
  await store.close();
}

async function storedLocations(): Promise<number> {
  const store = files.open();
  const range = { from: 0 as UnixSeconds, to: 4_294_967_295 as UnixSeconds, limit: 1_000 };
  const page = await store.forOwner(OWNER).locations(ALF, range);
  await store.close();
  return page === "not-found" ? 0 : page.items.length;
}

/** Starts the bridge on a clock that is wrong by that much; the file may change it later. */
async function startAt(offsetS: number): Promise<BridgeProcess> {
  setOffset(offsetS);
  running = await startBridgeProcess(writeProcessFiles(files, authority, { metrics: { port: 0 } }), {
    LD_PRELOAD: LIBRARY,
    FAKETIME_TIMESTAMP_FILE: offsets,
    FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  });
  return running;
}

function setOffset(offsetS: number): void {
  writeFileSync(offsets, `${offsetS < 0 ? "" : "+"}${offsetS}\n`);
}

async function stop({ child }: BridgeProcess): Promise<void> {
  child.kill("SIGTERM");
  const [code] = (await once(child, "exit")) as [number | null];
  expect(code).toBe(0);
}

/** What the loopback listener says of the clock. */
async function clockOf({ metricsPort }: BridgeProcess): Promise<{ readonly ok: boolean }> {
  const answer = await fetch(`http://127.0.0.1:${metricsPort}/v1/ready`);
  const { checks } = (await answer.json()) as { readonly checks: Record<string, { readonly ok: boolean }> };
  return checks["clock"] ?? { ok: true };
}

/** Whether the clock may delete anything; after what may have been a long stop it may not, and nothing is unwell. */
async function isTrusted({ metricsPort }: BridgeProcess): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
  return (await answer.text()).includes("\npurrimeter_bridge_clock_trusted 1\n");
}

async function untilDistrusted(bridge: BridgeProcess, offsetS: number): Promise<void> {
  await expect.poll(() => isTrusted(bridge), { timeout: DEADLINE_MS }).toBe(false);
  await expect.poll(async () => (await clockOf(bridge)).ok, { timeout: DEADLINE_MS }).toBe(offsetS === DAY_S);
}

const now = Math.floor(Date.now() / 1_000);
const WRONG_CLOCKS: readonly (readonly [name: string, offsetS: number])[] = [
  ["a day ahead", DAY_S],
  ["400 days ahead", 400 * DAY_S],
  ["in 2038", Date.parse("2038-01-20T00:00:00Z") / 1_000 - now],
  ["two years behind", -730 * DAY_S],
  ["in 1970", 86_400 - now],
];

describe.each(WRONG_CLOCKS)("a clock %s", (_name, offsetS) => {
  it(
    "at a start deletes nothing, is told, and is forgotten on the right clock",
    async () => {
      await stop(await startAt(0));
      const wrong = await startAt(offsetS);
      await untilDistrusted(wrong, offsetS);
      await stop(wrong);
      const right = await startAt(0);
      expect([await clockOf(right), await isTrusted(right)]).toMatchObject([{ ok: true }, true]);
      await stop(right);
      expect(await storedLocations()).toBe(25);
    },
    DEADLINE_MS,
  );

  it(
    "that comes while the bridge runs deletes nothing, also at a restart on it",
    async () => {
      const bridge = await startAt(0);
      expect(await clockOf(bridge)).toMatchObject({ ok: true });
      setOffset(offsetS);
      await untilDistrusted(bridge, offsetS);
      await stop(bridge);
      const again = await startAt(offsetS);
      await untilDistrusted(again, offsetS);
      await stop(again);
      const right = await startAt(0);
      expect([await clockOf(right), await isTrusted(right)]).toMatchObject([{ ok: true }, true]);
      await stop(right);
      expect(await storedLocations()).toBe(25);
    },
    DEADLINE_MS,
  );
});
