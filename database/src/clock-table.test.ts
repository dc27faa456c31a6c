import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ClockTable, clockSql } from "./clock-table.ts";
import { openDatabase, type Database } from "./open-database.ts";

let folder: string;
let database: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-clock-"));
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

function opened(sql: string): ClockTable {
  const migrations = [
    { name: "old", sql },
    { name: "clock", sql: clockSql("SELECT max(at) FROM old") },
  ];
  database = openDatabase({ path: join(folder, "test.db"), key: Buffer.alloc(32, 1), migrations });
  return new ClockTable(database);
}

test("a new database has no last time", async () => {
  const clock = opened("CREATE TABLE old (at INTEGER) STRICT");
  expect(await clock.lastTrusted()).toBeUndefined();
  expect(clock.retentionTime(5_000_000)).toBe(5_000_000);
  await clock.keepTrusted(1_000);
  expect(await clock.lastTrusted()).toBe(1_000);
});

test("one from before the table begins with the newest time in it, also for retention", async () => {
  const clock = opened("CREATE TABLE old (at INTEGER) STRICT; INSERT INTO old VALUES (500), (1000)");
  expect(await clock.lastTrusted()).toBe(1_000);
  expect(clock.retentionTime(5_000_000)).toBe(1_000 + 3 * 86_400);
});

test("keeps how long a doubted clock was undisputed, until it is trusted", async () => {
  const clock = opened("CREATE TABLE old (at INTEGER) STRICT");
  expect(await clock.lastDoubted()).toBeUndefined();
  await clock.keepDoubted({ utcS: 5_000, undisputedS: 60 });
  await clock.keepDoubted({ utcS: 5_060, undisputedS: 120 });
  expect(await clock.lastDoubted()).toEqual({ utcS: 5_060, undisputedS: 120 });
  expect(await clock.lastTrusted()).toBeUndefined();
  await clock.keepTrusted(6_000);
  expect(await clock.lastDoubted()).toBeUndefined();
});
