import { AUTH_MIGRATIONS } from "@purrimeter/auth/schema";
import { openDatabase } from "@purrimeter/database/open-database";
import type { TagId } from "@purrimeter/protocol/values";
import { systemTime } from "@purrimeter/service/system-time";
import { createClaimCode } from "@purrimeter/store/claim-code";
import { MIGRATIONS } from "@purrimeter/store/migrations";
import type { OwnerId } from "@purrimeter/store/owner-id";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { dataFiles, type DataFiles } from "../data-folder/data-files.ts";
import { withOperatorStore, type OperatorStore } from "../data-folder/open-registry.ts";
import { isFailure } from "../terminal/failure.ts";
import { utcSeconds } from "../terminal/utc.ts";
import { runMain, type Ran } from "../testing/run-main.ts";

const [ADA, BOB] = ["ada", "bob"] as [OwnerId, OwnerId];
let room: string;
let files: DataFiles;
let folder: string;

beforeEach(async () => {
  room = mkdtempSync(join(tmpdir(), "purrimeter-backup-"));
  files = dataFiles(join(room, "live"));
  folder = join(room, "monday");
  writeSecret("operator", "database-key", "5a");
  writeSecret("operator", "key-ring-key", "5b");
  writeSecret("operator", "audit-key", "5d");
  writeSecret("auth", "database-key", "5c");
  writeSecret("auth", "audit-key", "5d");
  mkdirSync(files.run);
  mkdirSync(files.certs);
  writeFileSync(join(files.certs, "root.pem"), "a certificate");
  writeFileSync(files.format, '{"format":1}');
  const key = Buffer.from("5c".repeat(32), "hex");
  openDatabase({ path: files.accounts, key, migrations: AUTH_MIGRATIONS }).close();
  await claim(ADA, "mimi" as TagId);
  await claim(BOB, "fips" as TagId);
});
afterEach(() => rmSync(room, { recursive: true }));

function writeSecret(holder: string, name: string, byte: string): void {
  mkdirSync(files.secrets(holder), { recursive: true, mode: 0o700 });
  writeFileSync(files.secret(holder, name), byte.repeat(32), { mode: 0o600 });
}

async function inStore<Result extends object>(
  at: DataFiles,
  use: (opened: OperatorStore) => Promise<Result>,
): Promise<Result> {
  const result = await withOperatorStore(at, systemTime, use);
  if (isFailure(result)) throw new Error(result.failure);
  return result;
}

async function claim(owner: OwnerId, tag: TagId): Promise<void> {
  await inStore(files, async ({ store }) => {
    const code = createClaimCode();
    await store.registry.register(tag, code, utcSeconds(systemTime));
    await store.forOwner(owner).claim(code, `name of ${tag}`);
    return {};
  });
}

async function erase(owner: OwnerId): Promise<void> {
  await inStore(files, async ({ store }) => {
    await store.forOwner(owner).eraseOwner();
    return {};
  });
}

async function names(at: DataFiles, owner: OwnerId): Promise<(string | undefined)[]> {
  const page = await inStore(at, ({ store }) => store.forOwner(owner).tags({ limit: 10 }));
  return page.items.map(({ name }) => name);
}

const backup = (...more: readonly string[]): Promise<Ran> =>
  runMain("backup", folder, "--data", files.folder, ...more);
const restore = (at: DataFiles, ...more: readonly string[]): Promise<Ran> =>
  runMain("restore", folder, "--data", at.folder, ...more);

function filesIn(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();
}

describe("a backup", () => {
  test("has secrets and data in two private folders, and neither has anything of the other", async () => {
    const ran = await backup();
    expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
    expect(ran.stdout).toMatch(/^backup of 12 files, \d+ KiB, written and read again\n/);
    expect(filesIn(join(folder, "data"))).toEqual([
      ...["accounts.db", "erasures.list", "locations.db", "locations.db.checkpoints"],
      ...["manifest.json", "purrimeter.json"],
    ]);
    expect(filesIn(join(folder, "secrets"))).toEqual([
      ...["certs/root.pem", "manifest.json", "owners.keys"],
      ...["secrets/auth/audit-key", "secrets/auth/database-key"],
      ...["secrets/operator/audit-key", "secrets/operator/database-key", "secrets/operator/key-ring-key"],
    ]);
    for (const file of filesIn(folder)) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
    for (const path of [folder, join(folder, "data"), join(folder, "secrets")])
      expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(folder, "data", "locations.db")).includes("SQLite format 3")).toBe(false);
    expect(readdirSync(room).toSorted()).toEqual(["live", "monday"]);
  });

  test("is noted with its time, for the alarm about one that is too old; one that failed is not", async () => {
    writeFileSync(folder, "taken");
    expect(await backup()).toMatchObject({ exitCode: 1 });
    expect(existsSync(files.lastBackup)).toBe(false);
    rmSync(folder);
    const begun = utcSeconds(systemTime);
    expect(await backup()).toMatchObject({ exitCode: 0 });
    expect(Number(readFileSync(files.lastBackup, "utf8"))).toBeGreaterThanOrEqual(begun);
  });

  test("is restored as it was, from two places", async () => {
    const apart = join(room, "apart");
    expect(await backup("--secrets", apart)).toMatchObject({ exitCode: 0 });
    expect(readdirSync(folder)).toEqual(["data"]);
    const again = dataFiles(join(room, "again"));
    const ran = await restore(again, "--secrets", apart, "--no-erasures", "--json");
    expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
    expect(JSON.parse(ran.stdout)).toMatchObject({ files: 12, erased: 0 });
    expect(await names(again, ADA)).toEqual(["name of mimi"]);
    expect(await names(again, BOB)).toEqual(["name of fips"]);
    expect(statSync(again.folder).mode & 0o777).toBe(0o700);
    const verified = await runMain("audit", "verify", "--data", again.folder, "--json");
    const { trails } = JSON.parse(verified.stdout) as { trails: object };
    expect(trails).toMatchObject({ locations: { intact: true, rows: 4, signed: 4 } });
  });

  test("of a version without audit trails is restored, with a key for them", async () => {
    for (const holder of ["operator", "auth"]) rmSync(files.secret(holder, "audit-key"));
    expect(await backup()).toMatchObject({ exitCode: 0 });
    const again = dataFiles(join(room, "again"));
    expect(await restore(again, "--no-erasures")).toMatchObject({ exitCode: 0, stderr: "" });
    expect(await names(again, ADA)).toEqual(["name of mimi"]);
    const keys = ["operator", "auth"].map((holder) =>
      readFileSync(again.secret(holder, "audit-key"), "utf8"),
    );
    expect(keys[0]).toBe(keys[1]);
    // A folder that had the key and lost it is refused.
    writeFileSync(files.format, JSON.stringify({ format: 1, secrets: ["auth/audit-key"] }));
    folder = join(room, "tuesday");
    expect((await backup()).stderr).toContain("audit-key");
  });

  test("goes into nothing that is there, and not into the data folder", async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, "mine"), "");
    expect((await backup()).stderr).toMatch(/monday is there and not empty/);
    expect(readdirSync(folder)).toEqual(["mine"]);
    folder = join(folder, "mine");
    expect((await backup()).stderr).toMatch(/mine is there and no folder; name a folder that is new/);
    folder = join(files.folder, "inside");
    expect((await backup()).stderr).toMatch(/lies in the data folder/);
    folder = join(room, "tuesday");
    expect((await backup("--secrets", join(folder, "secrets"))).stderr).toMatch(/one in the other/);
    expect(readdirSync(room).toSorted()).toEqual(["live", "monday"]);
  });

  test("of a database with a corrupt page is refused, and leaves nothing", async () => {
    // A copy reads the pages of tables, and makes the indexes anew.
    const key = Buffer.from("5a".repeat(32), "hex");
    const database = openDatabase({ path: files.locations, key, migrations: MIGRATIONS });
    const page = database.prepare<[], number>("SELECT max(rootpage) FROM sqlite_schema WHERE type = 'table'");
    const end = Number(page.pluck().get()) * Number(database.pragma("page_size", { simple: true }));
    database.close();
    const bytes = readFileSync(files.locations);
    const at = end - 2_000;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(files.locations, bytes);
    const ran = await backup();
    expect([ran.exitCode, ran.stderr]).toEqual([1, expect.stringContaining("locations.db cannot be copied")]);
    expect(readdirSync(room)).toEqual(["live"]);
  });
});

describe("an owner who was erased after the backup", () => {
  beforeEach(async () => {
    expect(await backup()).toMatchObject({ exitCode: 0 });
    await erase(BOB);
  });

  test("does not come back by a list that was kept apart", async () => {
    const again = dataFiles(join(room, "again"));
    const ran = await restore(again, "--erasures", files.erasures);
    expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
    expect(await names(again, ADA)).toEqual(["name of mimi"]);
    expect(await names(again, BOB)).toEqual([]);
    await inStore(again, async ({ keyRing, store }) => {
      expect(await keyRing.owners()).toEqual([ADA]);
      expect(await keyRing.erased()).toEqual([BOB]);
      expect(await store.sealedOwners()).toMatchObject({ count: 1, missing: [] });
      return {};
    });
    expect(readFileSync(again.erasures, "utf8")).toBe(readFileSync(files.erasures, "utf8"));
  });

  test("does not come back when the data folder is replaced, which is kept aside", async () => {
    expect((await restore(files)).stderr).toMatch(/not empty; --force puts it aside/);
    const before = await restore(files, "--force");
    expect(before).toMatchObject({ exitCode: 0 });
    expect(await names(files, BOB)).toEqual([]);
    const aside = readdirSync(room).filter((name) => name.startsWith("live.before-restore-"));
    expect(aside).toHaveLength(1);
    expect(existsSync(join(room, aside[0] ?? "", "locations.db"))).toBe(true);
  });

  test("does not come back by the tombstones alone", async () => {
    rmSync(files.erasures);
    expect(await restore(files, "--force")).toMatchObject({ exitCode: 0 });
    expect(await names(files, BOB)).toEqual([]);
  });

  test("makes a restore that knows of no erasures refuse", async () => {
    const again = dataFiles(join(room, "again"));
    const ran = await restore(again);
    expect([ran.exitCode, ran.stderr]).toEqual([1, expect.stringContaining("--erasures FILE")]);
    writeFileSync(join(room, "other"), "hello, this is another file\n");
    expect((await restore(again, "--erasures", join(room, "other"))).stderr).toMatch(/line 1 is no line/);
    expect((await restore(again, "--erasures", join(room, "none"))).stderr).toMatch(/does not exist/);
    expect(readdirSync(room).toSorted()).toEqual(["live", "monday", "other"]);
  });
});

describe("a backup that is not what was written", () => {
  const again = (): DataFiles => dataFiles(join(room, "again"));
  const manifest = (part: string): string => join(folder, part, "manifest.json");

  beforeEach(async () => {
    expect(await backup()).toMatchObject({ exitCode: 0 });
  });

  async function refusal(): Promise<string> {
    const ran = await restore(again(), "--no-erasures");
    expect(ran.exitCode).toBe(1);
    expect(readdirSync(room).filter((name) => name.startsWith("again"))).toEqual([]);
    return ran.stderr;
  }

  function change(part: string, edit: (content: string) => string): void {
    writeFileSync(manifest(part), edit(readFileSync(manifest(part), "utf8")));
  }

  test("a changed file is refused", async () => {
    writeFileSync(join(folder, "data", "purrimeter.json"), '{"format":2}');
    expect(await refusal()).toMatch(/purrimeter.json is not what its manifest says/);
  });

  test("a file that was changed together with its line in the manifest is refused", async () => {
    const path = join(folder, "data", "erasures.list");
    writeFileSync(path, "2026-11-30T06:00:00Z ada\n");
    const { createHash } = await import("node:crypto");
    const sha256 = createHash("sha256").update(readFileSync(path)).digest("hex");
    change("data", (text) => {
      const content = JSON.parse(text) as { files: { path: string }[] };
      const changed = content.files.map((file) =>
        file.path === "erasures.list" ? { path: file.path, bytes: 25, sha256 } : file,
      );
      return JSON.stringify({ ...content, files: changed });
    });
    expect(await refusal()).toMatch(/the manifest of .*data was changed/);
  });

  test.each(["../../evil", "/etc/evil", "secrets/../../evil", "run/x.json", "mail//x", "a\\..\\b"])(
    "a path that leads elsewhere is refused: %s",
    async (path) => {
      change("secrets", (text) => text.replace("certs/root.pem", JSON.stringify(path).slice(1, -1)));
      expect(await refusal()).toMatch(/which no backup has/);
    },
  );

  test("a link in the place of a file or of a folder is refused", async () => {
    const certs = join(folder, "secrets", "certs");
    renameSync(certs, join(room, "certs"));
    symlinkSync(join(room, "certs"), certs);
    expect(await refusal()).toMatch(/certs is a link/);
    rmSync(certs);
    mkdirSync(certs);
    symlinkSync(join(room, "certs", "root.pem"), join(certs, "root.pem"));
    expect(await refusal()).toMatch(/root.pem is a link/);
  });

  test("halves of two backups are refused, and one half alone", async () => {
    const monday = folder;
    folder = join(room, "tuesday");
    expect(await backup()).toMatchObject({ exitCode: 0 });
    rmSync(join(folder, "secrets"), { recursive: true });
    expect(await refusal()).toMatch(/is no whole backup: .*; name the folder that "purrimeter backup" wrote/);
    cpSync(join(monday, "secrets"), join(folder, "secrets"), { recursive: true });
    expect(await refusal()).toMatch(/of different backups/);
  });

  test("a backup of a newer purrimeter is refused", async () => {
    change("data", (text) => text.replace('"format": 1', '"format": 2'));
    expect(await refusal()).toMatch(/written by a newer purrimeter/);
  });
});
