import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createClaimCode } from "../tags/claim-code.ts";
import { openSealedKeyFile } from "@purrimeter/secrets/sealed-key-file";
import { openStore, type Store } from "../open-store.ts";
import { ADA, ALWAYS, fix, later, NOON, receivedAt, reportOf, TAG } from "./contract-values.ts";
import { allLocations } from "./store-harness.ts";

const WRITER = join(import.meta.dirname, "history-crash-writer.ts");
const DAYS = 12;
const DAY_S = 86_400;
const STRETCH = { from: later(NOON, DAY_S), to: later(NOON, 9 * DAY_S) };

let room: string;
let filled: string;

function open(folder: string): Store {
  return openStore({
    path: join(folder, "locations.db"),
    databaseKey: Buffer.alloc(32, 1),
    keyRing: openSealedKeyFile(join(folder, "owners.keys"), Buffer.alloc(32, 2)),
    now: () => later(NOON, 60),
    monotonicMs: () => performance.now(),
  });
}

beforeAll(async () => {
  room = mkdtempSync(join(tmpdir(), "purrimeter-history-crash-"));
  filled = join(room, "filled");
  mkdirSync(filled);
  const store = open(filled);
  const code = createClaimCode();
  await store.registry.register(TAG, code, NOON);
  await store.forOwner(ADA).claim(code, "cat");
  for (let day = 0; day < DAYS; day++) {
    const at = later(NOON, day * DAY_S);
    const entries = Array.from({ length: 20 }, (_, i) => fix(i, later(at, i * 60)));
    await store.reports.recordReport(TAG, reportOf(1 + 20 * day, entries), receivedAt(later(at, DAY_S)));
  }
  await store.close();
});
afterAll(() => rmSync(room, { recursive: true }));

/** Runs the task until it kills itself at that step; false when it came to its end before. */
function dies(folder: string, task: string, step: number): boolean {
  cpSync(filled, folder, { recursive: true });
  const { signal, status } = spawnSync(process.execPath, [WRITER, folder, task, String(step)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (signal !== "SIGKILL") expect(status).toBe(0);
  return signal === "SIGKILL";
}

test("an erasure that is killed at any step leaves readable days, and is finished when it is repeated", async () => {
  let steps = 0;
  for (let step = 1; ; step++) {
    const folder = join(room, `erase-${step}`);
    const isKilled = dies(folder, "erase", step);
    const store = open(folder);
    const ada = store.forOwner(ADA);
    const outside = (await allLocations(ada, TAG)).filter(({ at }) => at < STRETCH.from || at > STRETCH.to);
    expect(outside).toHaveLength(20 + 19 + 2 * 20);
    await ada.eraseStretch(TAG, STRETCH);
    const left = await allLocations(ada, TAG);
    expect(left).toEqual(outside);
    expect(await ada.latest(TAG)).toMatchObject({ at: later(NOON, 11 * DAY_S + 19 * 60) });
    expect((await ada.locations(TAG, ALWAYS)) as object).toMatchObject({ unreadable: undefined });
    await store.close();
    rmSync(folder, { recursive: true });
    if (!isKilled) break;
    steps++;
  }
  expect(steps).toBeGreaterThan(8);
});

test("an archive that is killed at any step has failed or is whole, and leaves no file behind", async () => {
  let steps = 0;
  for (let step = 1; ; step++) {
    const folder = join(room, `export-${step}`);
    const isKilled = dies(folder, "export", step);
    const store = open(folder);
    store.exports.recover();
    const files = existsSync(join(folder, "exports")) ? readdirSync(join(folder, "exports")) : [];
    for (const id of files) {
      expect(await store.forOwner(ADA).exportState(id)).toMatchObject({ state: "ready", bytes: 500_000 });
      expect(await store.forOwner(ADA).readExport(id, 0)).toHaveLength(65_536);
    }
    const again = await store.forOwner(ADA).beginExport();
    expect(again).toHaveProperty("id");
    if (typeof again === "object" && "id" in again) await again.fail();
    await store.close();
    rmSync(folder, { recursive: true });
    if (!isKilled) break;
    steps++;
  }
  expect(steps).toBeGreaterThan(5);
});
