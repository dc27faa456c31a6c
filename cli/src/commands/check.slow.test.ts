import { AUTH_MIGRATIONS } from "@purrimeter/auth/schema";
import { openDatabase } from "@purrimeter/database/open-database";
import type { TagId } from "@purrimeter/protocol/values";
import { systemTime } from "@purrimeter/service/system-time";
import { createClaimCode } from "@purrimeter/store/claim-code";
import type { OwnerId } from "@purrimeter/store/owner-id";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { dataFiles, type DataFiles } from "../data-folder/data-files.ts";
import { withOperatorStore } from "../data-folder/open-registry.ts";
import { prepareData } from "../data-folder/prepare-data.ts";
import { checkData } from "../check/check-data.ts";
import { REGISTRY, SERVICE_NAMES } from "../services/service-registry.ts";
import { isFailure } from "../terminal/failure.ts";
import { utcDate, utcSeconds } from "../terminal/utc.ts";
import { runMain } from "../testing/run-main.ts";

const ADA = "ada" as OwnerId;
const DAY_MS = 86_400_000;
let files: DataFiles;

beforeEach(async () => {
  files = dataFiles(mkdtempSync(join(tmpdir(), "purrimeter-check-")));
  const prepared = await prepareData(files, REGISTRY, {
    now: utcDate(systemTime),
    hosts: [],
    rootKey: "discard",
  });
  if (isFailure(prepared)) throw new Error(prepared.failure);
  const key = Buffer.from(readFileSync(files.secret("auth", "database-key"), "utf8").trim(), "hex");
  const accounts = openDatabase({ path: files.accounts, key, migrations: AUTH_MIGRATIONS });
  accounts.exec("INSERT INTO erasure (account, begun_at, erased_at) VALUES ('ada', 1, 0)");
  accounts.close();
  const key2 = Buffer.from(readFileSync(files.secret("operator", "database-key"), "utf8").trim(), "hex");
  const { MIGRATIONS } = await import("@purrimeter/store/migrations");
  openDatabase({ path: files.locations, key: key2, migrations: MIGRATIONS }).close();
  await withOperatorStore(files, systemTime, async ({ store }) => {
    for (let i = 0; i < 40; i++) {
      const code = createClaimCode();
      await store.registry.register(`cat-${i}` as TagId, code, utcSeconds(systemTime));
      await store.forOwner(ADA).claim(code, `name of ${i}`);
    }
    return {};
  });
});
afterEach(() => rmSync(files.folder, { recursive: true }));

async function wrongNow(now = utcDate(systemTime)): Promise<Record<string, string>> {
  const checked = await checkData(files, SERVICE_NAMES, now);
  if (isFailure(checked)) throw new Error(checked.failure);
  return Object.fromEntries(
    checked.findings
      .filter(({ ok, name }) => !ok && name !== "disk-space")
      .map(({ name, detail }) => [name, detail]),
  );
}

test("a folder that is well has six findings, and none is wrong", async () => {
  expect(await wrongNow()).toEqual({});
  const { stdout } = await runMain("check", "--data", files.folder, "--json");
  const names = stdout
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { name: string }).name);
  expect(names).toEqual([
    ...["accounts.db", "locations.db", "owners", "certificates", "permissions", "disk-space"],
  ]);
});

test("a corrupt page is named by file, table and number, with exit code 1", async () => {
  const bytes = readFileSync(files.locations);
  const pages = bytes.length / 4_096;
  const said: string[] = [];
  for (let page = 2; page <= pages; page++) {
    const spoiled = Buffer.from(bytes);
    spoiled[(page - 1) * 4_096 + 77] = (bytes[(page - 1) * 4_096 + 77] ?? 0) ^ 4;
    writeFileSync(files.locations, spoiled);
    said.push((await wrongNow())["locations.db"] ?? "nothing");
  }
  // A page of the list of tables names the file alone.
  for (const detail of said)
    expect(detail).toMatch(/^table [a-z_]+ has a corrupt page|locations.db.*malformed/);
  for (const [i, detail] of said.entries())
    if (detail.startsWith("table")) expect(detail).toContain(`has a corrupt page: ${i + 2}: `);
  expect(new Set(said.map((detail) => /^table \S+/.exec(detail)?.[0])).size).toBeGreaterThan(5);
  const ran = await runMain("check", "--data", files.folder);
  expect([ran.exitCode, ran.stdout]).toEqual([1, expect.stringMatching(/WRONG {2}locations.db +table/)]);
});

test("a missing database, a wrong key and a newer schema are named", async () => {
  const key = Buffer.from(readFileSync(files.secret("auth", "database-key"), "utf8").trim(), "hex");
  const accounts = openDatabase({ path: files.accounts, key, migrations: AUTH_MIGRATIONS });
  accounts.pragma("user_version=99");
  accounts.close();
  rmSync(files.locations);
  expect(await wrongNow()).toMatchObject({
    "accounts.db": expect.stringMatching(/schema 99/) as string,
    "locations.db": expect.stringMatching(/locations.db is missing/) as string,
  });
});

test("a key ring without keys, certificates out of their time and open files are found", async () => {
  rmSync(files.keyRing);
  expect(await wrongNow()).toEqual({ owners: expect.stringMatching(/lacks the keys of 1 of 1/) as string });
  chmodSync(files.secret("bridge", "database-key"), 0o644);
  expect((await wrongNow())["permissions"]).toMatch(/secrets\/bridge\/database-key/);
  const now = utcDate(systemTime).getTime();
  expect((await wrongNow(new Date(now - 30 * DAY_MS)))["certificates"]).toMatch(/is not valid before/);
  expect((await wrongNow(new Date(now + 390 * DAY_MS)))["certificates"]).toMatch(/ends in \d+ days/);
  expect((await wrongNow(new Date(now + 500 * DAY_MS)))["certificates"]).toMatch(/ended at/);
});
