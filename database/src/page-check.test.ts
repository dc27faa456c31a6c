import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog } from "@purrimeter/service/log";
import { ManualTime } from "@purrimeter/service/testing/manual-time";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openDatabase, openToRead } from "./open-database.ts";
import { checkPages } from "./page-check.ts";

const KEY = Buffer.alloc(32, 1);
const PAGE_BYTES = 4_096;
const SQL = "CREATE TABLE cat(id INTEGER PRIMARY KEY, name BLOB);";
const LONG = { timeout: 30_000, interval: 20 };

let folder: string;
let path: string;
let lines: { readonly event: string; readonly reason?: string }[];
const time = new ManualTime(0);
const log = createLog("test", {
  write: (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[0]),
});
beforeEach(() => {
  lines = [];
  folder = mkdtempSync(join(tmpdir(), "purrimeter-pages-"));
  path = join(folder, "test.db");
  const database = openDatabase({ path, key: KEY, migrations: [{ name: "one", sql: SQL }] });
  const insert = database.prepare("INSERT INTO cat(name) VALUES (?)");
  for (let i = 0; i < 300; i++) insert.run(Buffer.alloc(300, i));
  database.close();
});
afterEach(() => rmSync(folder, { recursive: true }));

const start = (key = KEY) => checkPages({ path, key, log, time });

test("a whole database is found whole, and the check says until then that it is not done", async () => {
  const pages = start();
  expect(await pages.check.check()).toEqual({ ok: true, detail: "not checked yet" });
  time.advance(10_000);
  expect(await pages.check.check()).toEqual({ ok: true, detail: "not checked yet" });
  await vi.waitFor(
    async () => expect(await pages.check.check()).toEqual({ ok: true, detail: "every page can be read" }),
    LONG,
  );
  expect(lines).toEqual([]);
});

test("a corrupt page is named with its table, in the log and in the readiness, while the database is in use", async () => {
  const reader = openToRead(path, KEY);
  const root = reader
    .prepare("SELECT rootpage FROM sqlite_master WHERE name = 'cat'")
    .pluck()
    .get() as number;
  const bytes = readFileSync(path);
  const page = root + 5;
  bytes[(page - 1) * PAGE_BYTES + 500] = (bytes[(page - 1) * PAGE_BYTES + 500] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  const pages = start();
  time.advance(10_000);
  await vi.waitFor(() => expect(lines).toHaveLength(1), LONG);
  expect(lines).toMatchObject([{ event: "database.corrupt-page", reason: `table cat, page ${page}` }]);
  const detail = `cannot be read: table cat, page ${page}; the rest is served`;
  expect(await pages.check.check()).toEqual({ ok: true, detail });
  reader.close();
});

test("one that is stopped says nothing, also while it reads", async () => {
  const [early, late] = [start(), start()];
  early.stop();
  time.advance(10_000);
  late.stop();
  const third = start();
  time.advance(10_000);
  await vi.waitFor(
    async () => expect((await third.check.check()).detail).toBe("every page can be read"),
    LONG,
  );
  for (const stopped of [early, late]) expect((await stopped.check.check()).detail).toBe("not checked yet");
  expect(lines).toEqual([]);
});
