import { systemTime } from "@purrimeter/service/system-time";
import { utcSeconds } from "../terminal/utc.ts";
import type { TagId } from "@purrimeter/protocol/values";
import { createClaimCode } from "@purrimeter/store/claim-code";
import type { OwnerId } from "@purrimeter/store/owner-id";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { dataFiles, type DataFiles } from "../data-folder/data-files.ts";
import { isFailure } from "../terminal/failure.ts";
import { withOperatorStore, type OperatorStore } from "../data-folder/open-registry.ts";
import { rotateKeys } from "../data-folder/rotate-keys.ts";
import { runMain, type Ran } from "../testing/run-main.ts";

const [ADA, BOB] = ["ada", "bob"] as [OwnerId, OwnerId];
let files: DataFiles;

beforeEach(async () => {
  files = dataFiles(mkdtempSync(join(tmpdir(), "purrimeter-keys-")));
  mkdirSync(files.secrets("operator"), { recursive: true, mode: 0o700 });
  mkdirSync(files.run);
  for (const name of ["audit-key", "database-key", "key-ring-key"])
    writeFileSync(files.secret("operator", name), "5a".repeat(32), { mode: 0o600 });
  writeFileSync(files.format, '{"format":1}');
  for (const [owner, tags] of [
    [ADA, ["mimi", "momo"]],
    [BOB, ["fips"]],
  ] as const)
    for (const tag of tags) await claim(owner, tag as TagId);
});
afterEach(() => rmSync(files.folder, { recursive: true }));

async function inStore<Result extends object>(
  use: (opened: OperatorStore) => Promise<Result>,
): Promise<Result> {
  const result = await withOperatorStore(files, systemTime, use);
  if (isFailure(result)) throw new Error(result.failure);
  return result;
}

async function claim(owner: OwnerId, tag: TagId): Promise<void> {
  await inStore(async ({ store }) => {
    const code = createClaimCode();
    await store.registry.register(tag, code, utcSeconds(systemTime));
    await store.forOwner(owner).claim(code, `name of ${tag}`);
    return {};
  });
}

function keys(...argv: readonly string[]): Promise<Ran> {
  return runMain("keys", ...argv, "--data", files.folder);
}

async function names(owner: OwnerId): Promise<(string | undefined)[]> {
  return (await inStore(({ store }) => store.forOwner(owner).tags({ limit: 10 }))).items.map(
    ({ name }) => name,
  );
}

const listed = async (): Promise<string> => (await keys("list", "--json")).stdout;
const versions = (ada: number, bob: number): string =>
  `${JSON.stringify({ owner: ADA, version: ada })}\n${JSON.stringify({ owner: BOB, version: bob })}\n`;

test("lists ids and versions and nothing else", async () => {
  expect(await listed()).toBe(versions(1, 1));
  expect((await keys("list")).stdout).toMatch(/^ada +version 1\nbob +version 1\n$/);
});

test("rotates all owners' keys; all is read as before", async () => {
  const { exitCode, stdout } = await keys("rotate", "--all", "--json");
  expect(exitCode).toBe(0);
  expect(
    stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object),
  ).toEqual([
    { owner: ADA, version: 2, rewrapped: 2 },
    { owner: BOB, version: 2, rewrapped: 1 },
    { owners: 2, rewrapped: 3, resumed: false },
  ]);
  expect(await listed()).toBe(versions(2, 2));
  expect(await names(ADA)).toEqual(["name of mimi", "name of momo"]);
  expect(await names(BOB)).toEqual(["name of fips"]);
  const trail = readFileSync(join(files.log, "keys.log"), "utf8").trim().split("\n");
  expect(trail.map((line) => (JSON.parse(line) as { event: string; owner: string }).owner)).toEqual([
    ADA,
    BOB,
  ]);
  expect(trail.join()).not.toMatch(/name of|5a5a/);
});

test("rotates one owner's key", async () => {
  expect((await keys("rotate", "bob")).stdout).toBe("owners' keys rotated: 1, sealing keys rewrapped: 1\n");
  expect(await listed()).toBe(versions(1, 2));
});

test("an unknown owner is one line, and nothing is begun", async () => {
  expect(await keys("rotate", "ada", "nobody")).toMatchObject({
    exitCode: 1,
    stderr: "purrimeter: the key ring has no key of nobody\n",
  });
  expect(await listed()).toBe(versions(1, 1));
});

test.each([
  ["before the first sealing key is rewrapped", 0],
  ["between two owners", 1],
])("a rotation that ends %s is finished by the next, and no key is rotated twice", async (_what, after) => {
  const broken = inStore((opened) => {
    let rewraps = 0;
    const store = {
      ...opened.store,
      rewrapKeys: (owner: OwnerId) =>
        rewraps++ < after ? opened.store.rewrapKeys(owner) : Promise.reject(new Error("killed")),
    };
    const options = { owners: "all", now: () => new Date(), onOwner: () => undefined } as const;
    return rotateKeys(files, { ...opened, store }, options);
  });
  await expect(broken).rejects.toThrow("killed");
  expect(await names(ADA)).toEqual(["name of mimi", "name of momo"]);
  const { stdout } = await keys("rotate", "--all", "--json");
  expect(JSON.parse(stdout.trim().split("\n").at(-1) ?? "")).toMatchObject({ owners: 2, resumed: true });
  expect(await listed()).toBe(versions(2, 2));
  const unchanged = await inStore(async ({ store }) => ({ ada: await store.rewrapKeys(ADA) }));
  expect(unchanged.ada).toBe(0);
  expect(await names(BOB)).toEqual(["name of fips"]);
});

test("an owner who is erased meanwhile is left out", async () => {
  await inStore(({ keyRing }) =>
    keyRing.destroy(BOB).then(() => {
      writeFileSync(files.keyRotation, JSON.stringify({ targets: { ada: 2, bob: 2 } }));
      return {};
    }),
  );
  expect((await keys("rotate", "--all", "--json")).stdout).toContain('{"owners":1,');
});

test("a damaged plan names its file", async () => {
  writeFileSync(files.keyRotation, "{");
  expect((await keys("rotate", "--all")).stderr).toContain(`${files.keyRotation} is damaged`);
});

test("a Vault that cannot be reached is one line without a secret", async () => {
  const holder = { login: { method: "approle", roleId: "r" } };
  const processes = { auth: holder, bridge: holder, "cloud-api": holder, operator: holder };
  writeFileSync(files.vault, JSON.stringify({ address: "https://127.0.0.1:1", processes, ownerKeys: {} }));
  writeFileSync(files.secret("operator", "vault-secret-id"), "canary", { mode: 0o600 });
  const { exitCode, stderr } = await keys("list");
  expect([exitCode, stderr]).toEqual([
    1,
    "purrimeter: Vault at 127.0.0.1:1, asked to log in, cannot be reached\n",
  ]);
  writeFileSync(files.vault, '{"address":"x"}');
  expect((await keys("list")).stderr).toMatch(/^purrimeter: \S+vault\.json: address: .+\n$/);
});
