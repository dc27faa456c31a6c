import { openDatabase } from "@purrimeter/database/open-database";
import { ManualTime } from "@purrimeter/service/testing/manual-time";
import { Kysely, SqliteDialect } from "kysely";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AUTH_MIGRATIONS, type AuthTables } from "../schema.ts";
import { SessionEndings } from "./session-endings.ts";

let folder: string;
let database: Kysely<AuthTables>;
let time: ManualTime;
let endings: SessionEndings;
const key = randomBytes(32);

function open(): Kysely<AuthTables> {
  const opened = openDatabase({ path: join(folder, "accounts.db"), key, migrations: AUTH_MIGRATIONS });
  return new Kysely<AuthTables>({ dialect: new SqliteDialect({ database: opened }) });
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-endings-"));
  database = open();
  time = new ManualTime();
  endings = new SessionEndings(database, time);
});
afterEach(async () => {
  await database.destroy();
  rmSync(folder, { recursive: true });
});

test("who waits is answered at the end of the service without the database, which is closed by then", async () => {
  const answer = endings.after(0, 30_000);
  await expect.poll(() => time.pending).toBe(1);
  endings.stop();
  await database.destroy();
  expect(await answer).toEqual({ items: [], next: 0, reset: false });
});

test("who waits hears within a second of a session that another process ended", async () => {
  const answer = endings.after(0, 30_000);
  await expect.poll(() => time.pending).toBe(1);
  const other = open();
  await other
    .insertInto("ended_session")
    .values({ sid: "s", until: time.utcS() + 60 })
    .execute();
  await other.destroy();
  time.advance(1_000);
  expect(await answer).toMatchObject({ items: [{ sid: "s" }] });
});
