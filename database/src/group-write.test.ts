import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { ManualTime } from "@purrimeter/service/testing/manual-time";
import { systemTime } from "@purrimeter/service/system-time";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CacheInvalidation } from "./cache-invalidation.ts";
import { GroupWrite } from "./group-write.ts";
import { openDatabase, type Database } from "./open-database.ts";
import { WalCheckpoint } from "./wal-checkpoint.ts";
import { WriteTransaction } from "./write-transaction.ts";

let folder: string;
let database: Database;
let commits: number;
let writes: GroupWrite;
let shared: WriteTransaction;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-group-"));
  const path = join(folder, "group.db");
  const migrations = [{ name: "number", sql: "CREATE TABLE number (value INTEGER UNIQUE)" }];
  database = openDatabase({ path, key: randomBytes(32), migrations });
  const invalidation = new CacheInvalidation(database);
  commits = 0;
  invalidation.onStale(() => commits++);
  const wal = new WalCheckpoint(database, path);
  shared = new WriteTransaction(database, invalidation, wal);
  writes = new GroupWrite(database, shared, systemTime);
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

function add(...values: readonly number[]): Promise<number> {
  return writes.submit(() => {
    for (const value of values) database.prepare("INSERT INTO number VALUES (?)").run(value);
    return values.length;
  });
}

function kept(): unknown[] {
  return database.prepare("SELECT value FROM number ORDER BY value").pluck().all();
}

test("what is submitted together is one commit, and more than a group goes into the next", async () => {
  expect(await Promise.all([add(1), add(2, 3), add(4)])).toEqual([1, 2, 1]);
  expect([kept(), commits]).toEqual([[1, 2, 3, 4], 1]);
  await Promise.all(Array.from({ length: 100 }, (_, i) => add(10 + i)));
  expect([kept().length, commits]).toEqual([104, 3]);
});

test("a piece that throws undoes its own changes and no other's", async () => {
  const [first, second, third] = await Promise.allSettled([add(1), add(2, 1), add(3)]);
  expect([first.status, second.status, third.status]).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect([kept(), commits]).toEqual([[1, 3], 1]);
});

test("after a fault that ends the whole transaction each piece is run by itself", async () => {
  const fatal = (): Promise<unknown> =>
    writes.submit(() => database.exec("INSERT OR ROLLBACK INTO number VALUES (1)"));
  const [first, second, third] = await Promise.allSettled([add(1), fatal(), add(3)]);
  expect([first.status, second.status, third.status]).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(kept()).toEqual([1, 3]);
});

test("while the database is closed each is rejected", async () => {
  const waiting = Promise.allSettled([add(1), add(2)]);
  database.close();
  expect((await waiting).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
});

test.each([
  [1, 10],
  [60, 60],
  [5_000, 100],
])("after a commit of %s ms the lock is free for %s ms, however much waits", async (tookMs, freeMs) => {
  const time = new ManualTime(0);
  let spentMs = 0;
  const slow = new GroupWrite(database, shared, {
    after: (ms, work) => time.after(ms, work),
    monotonicMs: () => time.monotonicMs() + spentMs,
  });
  const first = slow.submit(() => void (spentMs += tookMs));
  time.advance(0);
  await first;
  const many = Array.from({ length: 200 }, (_, value) =>
    slow.submit(() => database.prepare("INSERT INTO number VALUES (?)").run(value)),
  );
  time.advance(freeMs - 1);
  expect(kept()).toEqual([]);
  time.advance(1);
  expect(kept()).toHaveLength(64);
  time.advance(9);
  expect(kept()).toHaveLength(64);
  time.advance(21);
  await Promise.all(many);
  expect(kept()).toHaveLength(200);
});
