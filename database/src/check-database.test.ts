import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkDatabase } from "./check-database.ts";
import { openDatabase, openToRead } from "./open-database.ts";

const KEY = Buffer.alloc(32, 1);
const PAGE_BYTES = 4_096;
const SQL = `
CREATE TABLE cat(id INTEGER PRIMARY KEY, name BLOB);
CREATE TABLE dog(id TEXT PRIMARY KEY, name BLOB) STRICT, WITHOUT ROWID;
CREATE INDEX cat_name ON cat(name);
`;

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-check-"));
  path = join(folder, "test.db");
  const database = openDatabase({ path, key: KEY, migrations: [{ name: "one", sql: SQL }] });
  const insert = database.prepare("INSERT INTO cat(name) VALUES (?)");
  for (let i = 0; i < 300; i++) insert.run(Buffer.alloc(300, i));
  database.prepare("INSERT INTO dog VALUES ('rex', ?)").run(Buffer.alloc(30, 1));
  database.close();
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function check(file: string) {
  const database = openToRead(file, KEY);
  try {
    return checkDatabase(database, KEY);
  } finally {
    database.close();
  }
}

/** The root page of a table. */
function rootOf(table: string): number {
  const database = openToRead(path, KEY);
  const root = database.prepare("SELECT rootpage FROM sqlite_master WHERE name = ?").pluck().get(table);
  database.close();
  return root as number;
}

function flipped(page: number): string {
  const file = join(folder, `page-${page}.db`);
  copyFileSync(path, file);
  const bytes = readFileSync(file);
  const at = (page - 1) * PAGE_BYTES + 100;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(file, bytes);
  return file;
}

test("a database that is whole has no faults", () => {
  expect(check(path)).toEqual([]);
});

test("one bit in any page is found, and the page's table is named", () => {
  const pages = readFileSync(path).length / PAGE_BYTES;
  const found = Array.from({ length: pages - 1 }, (_, i) => check(flipped(i + 2)));
  for (const faults of found) expect(faults).toHaveLength(1);
  expect(found.flatMap((faults) => faults[0]?.pages)).toEqual(found.map((_, i) => i + 2));
  const tables = found.map((faults) => faults[0]?.table);
  expect(tables[rootOf("cat") - 2]).toBe("cat");
  expect(tables[rootOf("dog") - 2]).toBe("dog");
  expect(tables.filter((table) => table === "dog")).toHaveLength(1);
  expect(tables.filter((table) => table === "cat").length).toBeGreaterThan(20);
});

test("pages of two tables are named beside the tables, because which is whose is not known", () => {
  const [cat, dog] = [rootOf("cat"), rootOf("dog")];
  const file = flipped(cat);
  const bytes = readFileSync(file);
  bytes[(dog - 1) * PAGE_BYTES + 9] = (bytes[(dog - 1) * PAGE_BYTES + 9] ?? 0) ^ 64;
  writeFileSync(file, bytes);
  expect(check(file)).toEqual([
    { table: "cat", pages: [] },
    { table: "dog", pages: [] },
    { table: undefined, pages: [cat, dog].sort((a, b) => a - b) },
  ]);
});
