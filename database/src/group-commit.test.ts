import { mkdtempSync, rmSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DiskSpace } from "./disk-space.ts";
import { GroupCommit } from "./group-commit.ts";
import { openDatabase, type Database } from "./open-database.ts";
import { WalCheckpoint } from "./wal-checkpoint.ts";

const BUSY = { kind: "refused", reason: "busy" };
const KEY = Buffer.alloc(32, 7);
const MIGRATIONS = [{ name: "number", sql: "CREATE TABLE number (value INTEGER UNIQUE)" }];

let folder: string;
let database: Database;
let other: Database;
let nowMs: number;
/** Times the clock was read: work that waits for the lock reads it at each try. */
let looks: number;
let commits: GroupCommit;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-commit-"));
  const path = join(folder, "commit.db");
  [database, other] = [1, 2].map(() => openDatabase({ path, key: KEY, migrations: MIGRATIONS })) as [
    Database,
    Database,
  ];
  [nowMs, looks] = [0, 0];
  const monotonicMs = (): number => {
    looks++;
    return nowMs;
  };
  const room = new DiskSpace({ databasePath: path, minFreeBytes: 0, reserveBytes: 0, monotonicMs: () => 0 });
  const nothing = (): void => undefined;
  const hooks = { begun: nothing, flush: nothing, committed: nothing, rolledBack: nothing };
  commits = new GroupCommit(database, hooks, room, new WalCheckpoint(database, path), monotonicMs);
});
afterEach(() => {
  database.close();
  other.close();
  rmSync(folder, { recursive: true });
});

function add(value: number) {
  return commits.submit(() => database.prepare("INSERT INTO number VALUES (?)").run(value).changes);
}

function kept(): unknown[] {
  return database.prepare("SELECT value FROM number ORDER BY value").pluck().all();
}

/** Until the lock was tried some times more. */
async function tried(times = 6): Promise<void> {
  for (const until = looks + times; looks < until;) await turn();
}

test("work waits for another connection that writes, and this thread goes on meanwhile", async () => {
  other.exec("BEGIN IMMEDIATE");
  const waiting = [add(1), add(2)];
  await tried();
  const later = add(3);
  await tried();
  other.exec("COMMIT");
  expect(await Promise.all([...waiting, later])).toEqual([1, 1, 1]);
  expect(kept()).toEqual([1, 2, 3]);
});

test("a writer that takes the lock again after each pause keeps nothing out", async () => {
  for (let value = 0; value < 5; value++) {
    other.exec("BEGIN IMMEDIATE");
    const waiting = add(value);
    await tried();
    nowMs += 4_900;
    await tried();
    other.exec("COMMIT");
    expect(await waiting).toBe(1);
  }
  expect(kept()).toHaveLength(5);
});

test("work is refused as busy when the lock was not free for five seconds, and what comes then waits as long", async () => {
  other.exec("BEGIN IMMEDIATE");
  const refused = [add(1), add(2)];
  await tried();
  nowMs += 4_999;
  await tried();
  nowMs += 1;
  expect(await Promise.all(refused)).toEqual([BUSY, BUSY]);
  const stored = add(3);
  await tried();
  nowMs += 4_999;
  await tried();
  other.exec("COMMIT");
  expect([await stored, kept()]).toEqual([1, [3]]);
});

test("what waits for the lock is committed by a drain", async () => {
  other.exec("BEGIN IMMEDIATE");
  const waiting = add(1);
  await tried();
  other.exec("COMMIT");
  commits.drain();
  expect([await waiting, kept()]).toEqual([1, [1]]);
});

test("the thread's own writes wait for the lock as before", async () => {
  await add(1);
  expect(database.pragma("busy_timeout", { simple: true })).toBe(5_000);
});
