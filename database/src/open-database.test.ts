import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { INSTALLATION_SQL } from "./installation.ts";
import { openDatabase, OpenDatabaseError, openToRead } from "./open-database.ts";
import { openTogether } from "./testing/open-together.ts";

const KEY = Buffer.alloc(32, 1);
const ONE = { name: "one", sql: "CREATE TABLE cat(name TEXT)" };
const TWO = { name: "two", sql: "ALTER TABLE cat ADD COLUMN colour TEXT" };

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-database-"));
  path = join(folder, "test.db");
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function reasonOf(open: () => unknown): string {
  try {
    open();
  } catch (error) {
    if (error instanceof OpenDatabaseError) return `${error.reason}: ${error.message}`;
    throw error;
  }
  return "opened";
}

test("a database is private, durable and ciphered from its first byte", () => {
  const database = openDatabase({ path, key: KEY, migrations: [ONE] });
  database.exec("INSERT INTO cat VALUES ('Schnurrli')");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(`${path}-wal`).mode & 0o777).toBe(0o600);
  const pragma = (name: string) => database.pragma(name, { simple: true });
  expect(
    ["cipher", "journal_mode", "synchronous", "secure_delete", "foreign_keys", "temp_store"].map(pragma),
  ).toEqual(["sqlcipher", "wal", 2, 1, 1, 2]);
  expect(readFileSync(`${path}-wal`).includes("Schnurrli")).toBe(false);
  database.close();
  expect(readFileSync(path).includes("SQLite format 3")).toBe(false);
  expect(readFileSync(path).includes("Schnurrli")).toBe(false);
});

test("a wrong key says so, and changes nothing", () => {
  openDatabase({ path, key: KEY, migrations: [ONE] }).close();
  const before = readFileSync(path);
  const wrong = () => openDatabase({ path, key: Buffer.alloc(32, 2), migrations: [ONE] });
  expect(reasonOf(wrong)).toBe(`wrong-key-or-no-database: database ${path}: wrong key, or no database`);
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("a file that is no database gives the same answer", () => {
  writeFileSync(path, "x".repeat(8192));
  expect(reasonOf(() => openDatabase({ path, key: KEY, migrations: [] }))).toMatch(
    /^wrong-key-or-no-database/,
  );
});

test("processes that start at once on a new folder all open it", async () => {
  for (let round = 0; round < 5; round++)
    expect(await openTogether(join(folder, `${round}.db`), KEY, 3)).toEqual(["opened", "opened", "opened"]);
  expect(readdirSync(folder).toSorted()).toEqual(["0.db", "1.db", "2.db", "3.db", "4.db"]);
});

test("a missing folder is named", () => {
  const inside = join(folder, "none", "test.db");
  expect(reasonOf(() => openDatabase({ path: inside, key: KEY, migrations: [] }))).toMatch(
    /^cannot-open: .*ENOENT/,
  );
});

test("migrations run once each, and forward only", () => {
  openDatabase({ path, key: KEY, migrations: [ONE] }).close();
  const database = openDatabase({ path, key: KEY, migrations: [ONE, TWO] });
  database.exec("INSERT INTO cat VALUES ('Schnurrli', 'black')");
  expect(database.pragma("user_version", { simple: true })).toBe(2);
  database.close();
  openDatabase({ path, key: KEY, migrations: [ONE, TWO] }).close();
  expect(reasonOf(() => openDatabase({ path, key: KEY, migrations: [ONE] }))).toMatch(
    /^newer-schema: .*schema 2.*up to 1/,
  );
});

test("a migration that fails leaves the schema as it was", () => {
  openDatabase({ path, key: KEY, migrations: [ONE] }).close();
  const broken = { name: "broken", sql: "CREATE TABLE dog(name TEXT); SELECT nonsense" };
  expect(reasonOf(() => openDatabase({ path, key: KEY, migrations: [ONE, TWO, broken] }))).toBe(
    `cannot-migrate: database ${path} is as it was: step 3 of its schema, "broken", failed: no such column: nonsense`,
  );
  const database = openDatabase({ path, key: KEY, migrations: [ONE] });
  expect(database.prepare("SELECT count(*) AS n FROM pragma_table_info('cat')").get()).toEqual({ n: 1 });
  database.close();
});

test("a database that must exist is not created, and is read without being changed", () => {
  const options = { path, key: KEY, migrations: [ONE], mustExist: true };
  const lost = `missing: database ${path} is missing: restore the newest copy of it from a backup`;
  expect(reasonOf(() => openDatabase(options))).toBe(lost);
  expect(reasonOf(() => openToRead(path, KEY))).toBe(lost);
  expect(readdirSync(folder)).toEqual([]);
  openDatabase({ ...options, mustExist: false }).close();
  openDatabase(options).close();
  const read = openToRead(path, KEY);
  expect(read.prepare("SELECT count(*) FROM cat").pluck().get()).toBe(0);
  expect(() => read.exec("INSERT INTO cat VALUES ('Schnurrli')")).toThrow(/readonly/);
  read.close();
  expect(reasonOf(() => openToRead(path, Buffer.alloc(32, 2)))).toMatch(/^wrong-key/);
});

test("a database of another installation is refused", () => {
  const migrations = [{ name: "installation", sql: INSTALLATION_SQL }];
  const open = (installation?: string) => openDatabase({ path, key: KEY, migrations, installation }).close();
  open();
  open("here");
  open("here");
  open();
  expect(reasonOf(() => open("there"))).toBe(
    `another-installation: database ${path} belongs to another installation: restore this one's own`,
  );
});

test("a schema that is to be left alone is refused when it is older", () => {
  openDatabase({ path, key: KEY, migrations: [ONE], mayMigrate: false }).close();
  const later = { path, key: KEY, migrations: [ONE, TWO], mayMigrate: false };
  expect(reasonOf(() => openDatabase(later))).toBe(
    `older-schema: database ${path} has schema 1, this program needs 2, and services of an older version run on it: stop them first`,
  );
  expect(readdirSync(folder)).toEqual(["test.db"]);
});

describe("before a schema changes", () => {
  const steps = Array.from({ length: 5 }, (_, i) => ({ name: `t${i}`, sql: `CREATE TABLE t${i}(x TEXT)` }));

  function migrateTo(version: number): void {
    const at = Date.UTC(2026, 10, 30, 6, version);
    openDatabase({ path, key: KEY, migrations: steps.slice(0, version), utcMs: () => at }).close();
  }

  test("the database is copied, ciphered and private; the newest two copies stay", () => {
    migrateTo(1);
    expect(readdirSync(folder)).toEqual(["test.db"]);
    for (const version of [2, 3, 4, 4]) migrateTo(version);
    const copies = ["test.db.schema-2.20261130T060300Z", "test.db.schema-3.20261130T060400Z"];
    expect(readdirSync(folder).toSorted()).toEqual(["test.db", ...copies]);
    const copy = join(folder, copies[1] ?? "");
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    const opened = openToRead(copy, KEY);
    expect(opened.pragma("user_version", { simple: true })).toBe(3);
    opened.close();
    expect(reasonOf(() => openToRead(copy, Buffer.alloc(32, 2)))).toMatch(/^wrong-key/);
  });

  test("what another process wrote until then is in the copy", () => {
    migrateTo(1);
    const other = openDatabase({ path, key: KEY, migrations: steps.slice(0, 1) });
    other.exec("INSERT INTO t0 VALUES ('Schnurrli')");
    migrateTo(2);
    other.close();
    const copy = openToRead(join(folder, "test.db.schema-1.20261130T060200Z"), KEY);
    expect(copy.prepare("SELECT x FROM t0").pluck().all()).toEqual(["Schnurrli"]);
    copy.close();
  });
});

test("a database that cannot be opened is named", () => {
  openDatabase({ path, key: KEY, migrations: [ONE] }).close();
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.subarray(0, 4096 + 100));
  expect(reasonOf(() => openDatabase({ path, key: KEY, migrations: [ONE, TWO] }))).toBe(
    `cannot-open: database ${path}: database disk image is malformed (SQLITE_CORRUPT)`,
  );
});
