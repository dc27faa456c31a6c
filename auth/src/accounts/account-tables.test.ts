import { openDatabase, type Database } from "@purrimeter/database/open-database";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AUTH_MIGRATIONS } from "../schema.ts";
import { ACCOUNT_TABLES } from "./account-tables.ts";

let folder: string;
let database: Database;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-account-tables-"));
  const path = join(folder, "accounts.db");
  database = openDatabase({ path, key: Buffer.alloc(32, 1), migrations: AUTH_MIGRATIONS });
});
afterAll(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

function columnsOf(table: string): { name: string; pk: number }[] {
  return database.pragma(`table_info(${table})`) as { name: string; pk: number }[];
}

test("the registry has every table of the schema, once, with its key", () => {
  const sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
  const tables = database.prepare(sql).pluck().all();
  expect(ACCOUNT_TABLES.map(({ table }) => table).sort()).toEqual(tables.sort());
  for (const { table, key } of ACCOUNT_TABLES) {
    const columns = columnsOf(table).filter(({ pk }) => pk > 0);
    expect(key, table).toEqual(columns.sort((a, b) => a.pk - b.pk).map(({ name }) => name));
  }
});

test("what is an account's is deleted with it by a foreign key", () => {
  for (const { table, erased } of ACCOUNT_TABLES) {
    if ("never" in erased || table === "account") continue;
    const keys = database.pragma(`foreign_key_list(${table})`);
    expect(keys, table).toMatchObject([{ table: "account", from: "account", on_delete: "CASCADE" }]);
    expect(() => database.prepare(`SELECT 1 FROM ${table} WHERE ${erased.with.account}`)).not.toThrow();
  }
});

test("what names an account and outlives it says why", () => {
  const naming = ACCOUNT_TABLES.filter(({ table }) =>
    columnsOf(table).some(({ name }) => name === "account"),
  );
  const outliving = naming.filter(({ erased }) => "never" in erased);
  expect(outliving.map(({ table }) => table)).toEqual(["erasure", "audit_event", "trail", "trail_name"]);
});
