import { AUTH_MIGRATIONS } from "@purrimeter/auth/schema";
import { openDatabase } from "@purrimeter/database/open-database";
import { systemTime } from "@purrimeter/service/system-time";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dataFiles, type DataFiles } from "../data-folder/data-files.ts";
import { withAccounts } from "../data-folder/open-accounts.ts";
import { withRegistry } from "../data-folder/open-registry.ts";
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

async function runEvents(count: number): Promise<void> {
  const recorded = await withAccounts(files, systemTime, async ({ audit }) => {
    for (let i = 0; i < count; i++) audit.record({ event: "bridge.tls12-on" });
    return { written: await audit.flush() };
  });
  expect(recorded).toEqual({ written: true });
}

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

const verify = (...more: readonly string[]) => runMain("audit", "verify", "--data", folder, ...more);

test("a trail is proved, with what was signed, and so is each of its rows", async () => {
  change("SELECT 1");
  await withRegistry(files, systemTime, async (registry) => ({ tags: await registry.list() }));
  await runEvents(5);
  const { exitCode, stdout, stderr } = await verify();
  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^accounts: 5 rows, intact; 5 of them signed; root [\w+/]{43}=\n/u);
  const proof = await runMain("audit", "prove", "3", "--data", folder);
  const file = join(folder, "proof.json");
  writeFileSync(file, proof.stdout);
  const script = join(import.meta.dirname, "../../../audit/verify-proof.mjs");
  const checked = spawnSync(process.execPath, [script, file], { encoding: "utf8" });
  expect([checked.status, checked.stdout]).toEqual([
    0,
    expect.stringContaining("row 3 is in the tree of 5 rows"),
  ]);
  const none = await runMain("audit", "prove", "9", "--data", folder);
  expect([none.exitCode, none.stdout]).toEqual([1, ""]);
  expect(none.stderr).toContain("has no row 9");
  expect((await runMain("audit", "prove", "0", "--data", folder)).exitCode).not.toBe(0);
});

test("what is done with certificates, keys and backups at the command line is in the trail", async () => {
  const at = ["--data", folder];
  expect((await runMain("tags", "add", "mimi", ...at)).exitCode).toBe(0);
  expect((await runMain("certs", "renew", "tag", "mimi", ...at)).exitCode).toBe(0);
  const network = ["--host", "localhost", "--port", "8884"];
  const out = join(folder, "board");
  const foreign = join(folder, "foreign");
  mkdirSync(foreign);
  writeFileSync(join(foreign, "manifest.json"), "precious");
  const refused = await runMain("tags", "provision", "mimi", "--out", foreign, ...network, ...at);
  expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining("name another folder")]);
  expect((await runMain("tags", "provision", "mimi", "--out", out, ...network, ...at)).exitCode).toBe(0);
  expect((await runMain("tags", "revoke", "mimi", ...at)).exitCode).toBe(0);
  const room = mkdtempSync(join(tmpdir(), "purrimeter-audit-backup-"));
  expect((await runMain("backup", join(room, "monday"), ...at)).exitCode).toBe(0);
  const again = dataFiles(join(room, "again"));
  const restored = await runMain("restore", join(room, "monday"), "--no-erasures", "--data", again.folder);
  expect(restored).toMatchObject({ exitCode: 0 });
  const read = await withAccounts(again, systemTime, async ({ audit }) => ({
    rows: await audit.read({ after: 5, limit: 99 }),
  }));
  expect("rows" in read && read.rows.map(({ event, subject }) => `${event} ${subject}`.trim())).toEqual([
    "certificate.issued tag mimi",
    "certificate.renewed tag mimi",
    "tag.provisioned mimi",
    "tag.revoked mimi",
    "backup.begun",
    "backup.restored",
  ]);
  const verified = await runMain("audit", "verify", "--json", "--data", again.folder);
  expect(JSON.parse(verified.stdout)).toMatchObject({ intact: true, events: 11 });
  rmSync(room, { recursive: true });
});

test("a broken trail ends with 1 and names the first row that is wrong", async () => {
  change("UPDATE trail SET actor = 'x' WHERE number = 2");
  const { exitCode, stdout, stderr } = await verify();
  expect([exitCode, stdout]).not.toEqual([0, ""]);
  expect(stderr).toMatch(/^purrimeter: the trail of accounts is broken: row 2 /u);
  const json = await verify("--json");
  expect(json.exitCode).toBe(1);
  expect(JSON.parse(json.stdout)).toMatchObject({
    ...{ intact: false, trails: { accounts: { intact: false, brokenAt: 2, fault: "changed" } } },
  });
  change("UPDATE trail SET actor = '' WHERE number = 2");
  expect((await verify()).exitCode).toBe(0);
});

test("an older copy of the data folder is noticed by a checkpoint that was kept", async () => {
  const older = [files.accounts, `${files.accounts}.checkpoints`].map((path) => ({
    path,
    bytes: readFileSync(path),
  }));
  await runEvents(3);
  const kept = join(folder, "kept");
  copyFileSync(`${files.accounts}.checkpoints`, kept);
  expect((await verify("--checkpoint", kept)).exitCode).toBe(0);
  for (const { path, bytes } of older) writeFileSync(path, bytes);
  expect((await verify()).exitCode).toBe(0);
  const { exitCode, stderr } = await verify("--checkpoint", kept);
  expect([exitCode, stderr]).toEqual([
    1,
    expect.stringContaining("row 11 and later ones were signed and are missing"),
  ]);
  writeFileSync(kept, "nothing");
  expect((await verify("--checkpoint", kept)).stderr).toContain("holds no checkpoint");
  expect((await verify("--checkpoint", join(folder, "no-file"))).stderr).toContain("cannot be read (ENOENT)");
});
