import { AUTH_MIGRATIONS } from "@purrimeter/auth/schema";
import { openDatabase } from "@purrimeter/database/open-database";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dataFiles, type DataFiles } from "../data-folder/data-files.ts";
import { prepareData } from "../data-folder/prepare-data.ts";
import { REGISTRY } from "../services/service-registry.ts";
import { runMain } from "../testing/run-main.ts";

const folder = mkdtempSync(join(tmpdir(), "purrimeter-audit-"));
let files: DataFiles;

beforeAll(async () => {
  files = dataFiles(folder);
  await prepareData(files, REGISTRY, { now: new Date(), hosts: [], ownSecrets: false, rootKey: "discard" });
});

afterAll(() => rmSync(folder, { recursive: true }));

function change(statement: string): void {
  const key = Buffer.from(readFileSync(files.secret("auth", "database-key"), "utf8").trim(), "hex");
  const database = openDatabase({ path: files.accounts, key, migrations: AUTH_MIGRATIONS });
  database.exec(statement);
  database.close();
}

test("a service that never ran has no trail", async () => {
  const { exitCode, stderr } = await runMain("audit", "verify", "--data", folder);
  expect([exitCode, stderr]).toEqual([
    1,
    `purrimeter: ${folder} holds no accounts of purrimeter; make them with "purrimeter start"\n`,
  ]);
});

test("a trail is proved, or ends with 1 and names the first event that is wrong", async () => {
  change("SELECT 1");
  expect(await runMain("audit", "verify", "--data", folder)).toEqual({
    ...{ exitCode: 0, stdout: "0 events, intact\n", stderr: "" },
  });
  const columns = "(number, at, event, account, session, network, previous, hash)";
  change(`INSERT INTO audit_event ${columns} VALUES (7, 1, 'login.accepted', 'a', '', '', '', 'forged')`);
  const { exitCode, stdout, stderr } = await runMain("audit", "verify", "--data", folder);
  expect([exitCode, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(/^purrimeter: the trail is broken at event 7: /);
  const json = await runMain("audit", "verify", "--data", folder, "--json");
  expect([json.exitCode, json.stdout]).toEqual([1, '{"intact":false,"brokenAt":7,"fault":"changed"}\n']);
});
