import { openDatabase } from "@purrimeter/database/open-database";
import { ManualTime } from "@purrimeter/service/testing/manual-time";
import { Kysely, SqliteDialect } from "kysely";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AUTH_MIGRATIONS, type AuthTables } from "../schema.ts";
import { SessionEndings } from "./session-endings.ts";

test("who waits is answered at the end of the service without the database, which is closed by then", async () => {
  const folder = mkdtempSync(join(tmpdir(), "purrimeter-endings-"));
  const key = randomBytes(32);
  const opened = openDatabase({ path: join(folder, "accounts.db"), key, migrations: AUTH_MIGRATIONS });
  const database = new Kysely<AuthTables>({ dialect: new SqliteDialect({ database: opened }) });
  const time = new ManualTime();
  const endings = new SessionEndings(database, time);
  const answer = endings.after(0, 30_000);
  await expect.poll(() => time.pending).toBe(1);
  endings.stop();
  await database.destroy();
  expect(await answer).toEqual({ items: [], next: 0, reset: false });
  rmSync(folder, { recursive: true });
});
