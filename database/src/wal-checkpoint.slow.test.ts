import { mkdtempSync, rmSync, statSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CacheInvalidation } from "./cache-invalidation.ts";
import { openDatabase, type Database } from "./open-database.ts";
import { WalCheckpoint } from "./wal-checkpoint.ts";
import { WriteTransaction } from "./write-transaction.ts";

const MIB = 1_048_576;
const KEY = Buffer.alloc(32, 7);
const MIGRATIONS = [{ name: "page", sql: "CREATE TABLE page (id INTEGER PRIMARY KEY, bytes BLOB)" }];

let folder: string;
let path: string;
let database: Database;
let reader: Database;
let writes: WriteTransaction;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-wal-"));
  path = join(folder, "wal.db");
  [database, reader] = [opened(), opened()];
  writes = new WriteTransaction(database, new CacheInvalidation(database), new WalCheckpoint(database, path));
});
afterEach(() => {
  for (const one of [database, reader]) one.close();
  rmSync(folder, { recursive: true });
});

function opened(): Database {
  const one = openDatabase({ path, key: KEY, migrations: MIGRATIONS });
  // The test is of lengths; what is lost with the power is not.
  one.pragma("synchronous=OFF");
  return one;
}

function logMib(): number {
  return statSync(`${path}-wal`).size / MIB;
}

/** Writes the same row again and again, 256 KiB a commit. `between` runs after each. */
async function write(mib: number, between: () => void = () => undefined): Promise<void> {
  for (let done = 0; done < mib; done += 0.25) {
    writes.run(() => database.prepare("REPLACE INTO page VALUES (1, zeroblob(262144))").run());
    between();
    await turn();
  }
}

test("the log stays short while another process reads between the commits", async () => {
  const read = reader.prepare("SELECT length(bytes) FROM page").pluck();
  let longest = 0;
  await write(64, () => {
    expect(read.get()).toBe(262_144);
    longest = Math.max(longest, logMib());
  });
  expect(longest).toBeLessThan(32);
});

test("a log that a long reader made large is cut once it has ended, and nobody waits for it long", async () => {
  await write(1);
  const held = reader.prepare("SELECT id FROM page UNION ALL SELECT 2").iterate();
  held.next();
  await write(144);
  expect(logMib()).toBeGreaterThan(128);
  expect(database.pragma("busy_timeout", { simple: true })).toBe(5_000);
  held.return?.();
  await write(32);
  expect(logMib()).toBeLessThan(32);
});

test("what was deleted while somebody read is cut off the log after a later commit", async () => {
  await write(1);
  const held = reader.prepare("SELECT id FROM page UNION ALL SELECT 2").iterate();
  held.next();
  const wal = new WalCheckpoint(database, path);
  database.pragma("busy_timeout=1");
  wal.truncate();
  expect(logMib()).toBeGreaterThan(1);
  held.return?.();
  for (let commits = 0; commits < 32; commits++) wal.afterCommit();
  await turn();
  expect(logMib()).toBe(0);
});
