import { AUTH_MIGRATIONS } from "@purrimeter/auth/schema";
import { openDatabase } from "@purrimeter/database/open-database";
import { systemTime } from "@purrimeter/service/system-time";
import type { TagId } from "@purrimeter/protocol/values";
import { createClaimCode } from "@purrimeter/store/claim-code";
import type { OwnerId } from "@purrimeter/store/owner-id";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { REGISTRY } from "../services/service-registry.ts";
import { isFailure } from "../terminal/failure.ts";
import { utcSeconds } from "../terminal/utc.ts";
import { runMain } from "../testing/run-main.ts";
import { withAccounts } from "./open-accounts.ts";
import { compareCopies } from "./compare-copies.ts";
import { dataFiles, type DataFiles } from "./data-files.ts";
import { databaseOf, recordFiles } from "./lost-files.ts";
import { withOperatorStore, type OperatorStore } from "./open-registry.ts";
import { prepareData } from "./prepare-data.ts";

const [ADA, BOB] = ["a".repeat(32) as OwnerId, "b".repeat(32) as OwnerId];

let files: DataFiles;
beforeEach(async () => {
  files = dataFiles(mkdtempSync(join(tmpdir(), "purrimeter-copies-")));
  await prepare();
  account(ADA);
  await claim(ADA, "mimi");
  recordFiles(files);
});
afterEach(() => rmSync(files.folder, { recursive: true }));

async function prepare(acceptLoss = false): Promise<string> {
  const outcome = await prepareData(files, REGISTRY, {
    now: new Date(),
    hosts: [],
    acceptLoss,
    rootKey: "discard",
  });
  return isFailure(outcome) ? outcome.failure : "prepared";
}

function inAccounts(work: (run: (sql: string, ...values: unknown[]) => unknown) => void): void {
  const key = Buffer.from(readFileSync(files.secret("auth", "database-key"), "utf8").trim(), "hex");
  const database = openDatabase({ path: files.accounts, key, migrations: AUTH_MIGRATIONS });
  work((sql, ...values) => database.prepare(sql).run(...values));
  database.close();
}

function account(id: OwnerId): void {
  const columns = "id, mail_lookup, mail_sealed, password_tag, password_salt, password_memory_kib";
  const rest = "password_passes, password_lanes, roles, created_at";
  inAccounts((run) => {
    run(
      `INSERT INTO account (${columns}, ${rest}) VALUES (?, ?, x'', x'', x'', 1, 1, 1, 'owner', 1)`,
      id,
      Buffer.from(id),
    );
  });
}

async function inStore<Result extends object>(
  use: (opened: OperatorStore) => Promise<Result>,
): Promise<Result> {
  const result = await withOperatorStore(files, systemTime, use);
  if (isFailure(result)) throw new Error(result.failure);
  return result;
}

function claim(owner: OwnerId, tag: string): Promise<object> {
  return inStore(async ({ store }) => {
    const code = createClaimCode();
    await store.registry.register(tag as TagId, code, utcSeconds(systemTime));
    await store.forOwner(owner).claim(code, tag);
    return {};
  });
}

async function compared(acceptLoss = false): Promise<string> {
  return (await compareCopies(files, systemTime, acceptLoss))?.failure ?? "as it should be";
}

function copy(path: string, to = ".copy"): void {
  copyFileSync(path, `${path}${to}`);
}
function restore(path: string): void {
  for (const end of ["-wal", "-shm"]) rmSync(`${path}${end}`, { force: true });
  copyFileSync(`${path}.copy`, path);
}

const OWNERS_2 = async (): Promise<void> => {
  account(BOB);
  await claim(BOB, "tom");
};

describe("copies that do not belong together are found", () => {
  test("those that do are taken", async () => {
    await OWNERS_2();
    expect([await prepare(), await compared()]).toEqual(["prepared", "as it should be"]);
  });

  test("an older account database", async () => {
    copy(files.accounts);
    await OWNERS_2();
    restore(files.accounts);
    expect(await compared()).toBe(
      `${files.accounts} does not know 1 of 2 owners of locations.db, so it is an older copy: ` +
        "restore its newest copy, or start once with --accept-loss",
    );
    expect([await compared(true), await compared()]).toEqual(["as it should be", "as it should be"]);
  });

  test("an older database of locations", async () => {
    copy(files.locations);
    await OWNERS_2();
    restore(files.locations);
    expect(await compared()).toMatch(
      /locations.db does not know 1 of 2 owners with keys, so it is an older copy: /,
    );
    expect([await compared(true), await compared()]).toEqual(["as it should be", "as it should be"]);
  });

  test("an older key ring, which no loss is accepted of", async () => {
    copy(files.keyRing);
    await OWNERS_2();
    restore(files.keyRing);
    const lacks =
      `the key ring ${files.keyRing} lacks the keys of 1 of 2 owners of locations.db: restore its newest copy, ` +
      'or give up what they sealed with "purrimeter keys forget --lost"';
    expect([await compared(), await compared(true)]).toEqual([lacks, lacks]);
    expect((await runMain("keys", "forget", "--lost", "--data", files.folder)).stdout).toContain(
      "given up: 1",
    );
    expect(await compared()).toBe("as it should be");
    expect(await inStore(({ store }) => store.sealedOwners())).toMatchObject({ erased: [BOB], missing: [] });
  });

  test("a key ring of another installation", async () => {
    await inStore(({ keyRing }) => keyRing.bind("another").then(() => ({})));
    expect(await compared()).toMatch(/owners.keys belongs to another installation: restore this one's own$/);
  });

  test("both databases of one older copy are taken, and erased again is what was erased since", async () => {
    await OWNERS_2();
    for (const path of [files.accounts, files.locations]) copy(path);
    inAccounts((run) => run("DELETE FROM account WHERE id = ?", BOB));
    await inStore(({ store }) =>
      store
        .forOwner(BOB)
        .eraseOwner()
        .then(() => ({})),
    );
    expect(await compared()).toBe("as it should be");
    for (const path of [files.accounts, files.locations]) restore(path);
    expect(await compared()).toBe("as it should be");
    inAccounts((run) => expect(run("DELETE FROM account WHERE id = ?", BOB)).toMatchObject({ changes: 0 }));
    inAccounts((run) =>
      expect(run("DELETE FROM erasure WHERE account = ?", BOB)).toMatchObject({ changes: 1 }),
    );
    expect(await inStore(({ store }) => store.eraseAgain().then((count) => ({ count })))).toEqual({
      count: 1,
    });
  });

  test("what cannot be opened is left to the services", async () => {
    copyFileSync(files.format, files.locations);
    expect(await compared()).toBe("as it should be");
  });
});

describe("a file that the folder has had is not made anew", () => {
  test.each(["accounts.db", "locations.db", "owners.keys"])("%s", async (name) => {
    const path = join(files.folder, name);
    rmSync(path);
    expect(await prepare()).toContain(
      `${path} is missing, and the folder has had one: restore its newest copy from a backup`,
    );
    expect(existsSync(path)).toBe(false);
    expect(await prepare(true)).toBe("prepared");
  });

  test("a command neither", async () => {
    rmSync(files.locations);
    const { exitCode, stderr } = await runMain("tags", "add", "tom", "--data", files.folder);
    expect([exitCode, stderr]).toEqual([
      1,
      `purrimeter: database ${files.locations} is missing: restore the newest copy of it from a backup\n`,
    ]);
    expect(existsSync(files.locations)).toBe(false);
  });

  test("services are told so, from the second start on", async () => {
    expect(databaseOf(files, "accounts.db")).toMatchObject({ databaseMustExist: true });
    const fresh = dataFiles(mkdtempSync(join(tmpdir(), "purrimeter-copies-")));
    await prepareData(fresh, REGISTRY, { now: new Date(), hosts: [], rootKey: "discard" });
    const first = databaseOf(fresh, "accounts.db");
    expect(first).toMatchObject({ databaseMustExist: false });
    expect(first.installation).not.toBe(databaseOf(files, "accounts.db").installation);
    rmSync(fresh.folder, { recursive: true });
  });
});

describe("tags code", () => {
  const codeOf = async (tag: string): Promise<{ id?: string; claimCode?: string; stderr: string }> => {
    const { stdout, stderr } = await runMain("tags", "code", tag, "--data", files.folder, "--json");
    return { ...(stdout === "" ? {} : (JSON.parse(stdout) as object)), stderr };
  };
  const claimWith = (code: string | undefined, owner: OwnerId): Promise<{ claimed: unknown }> =>
    inStore(async ({ store }) => ({ claimed: await store.forOwner(owner).claim(code ?? "", "Tom") }));

  test("heals a tag whose code was lost: the former one is void", async () => {
    const former = createClaimCode();
    await inStore(({ store }) =>
      store.registry.register("tom" as TagId, former, utcSeconds(systemTime)).then(() => ({})),
    );
    const added = await runMain("tags", "add", "tom", "--data", files.folder);
    expect(added.stderr).toContain('exists already; "purrimeter tags code tom" gives it a new claim code');
    const { id, claimCode } = await codeOf("tom");
    expect(id).toBe("tom");
    expect(await claimWith(former, ADA)).toEqual({ claimed: "wrong-code" });
    expect(await claimWith(claimCode, ADA)).toMatchObject({ claimed: { id: "tom" } });
  });

  test("refuses a tag of an account, a revoked one and one that is none", async () => {
    expect((await codeOf("mimi")).stderr).toContain("the tag mimi belongs to an account");
    expect((await codeOf("nobody")).stderr).toContain('no tag nobody is known; "purrimeter tags list" shows');
    await inStore(({ store }) =>
      store.registry.revoke("mimi" as TagId, utcSeconds(systemTime)).then(() => ({})),
    );
    expect((await codeOf("mimi")).stderr).toContain("the tag mimi is revoked");
  });

  test("is in the trail with its tag, as a revocation is", async () => {
    await inStore(({ store }) =>
      store.registry.register("tom" as TagId, createClaimCode(), utcSeconds(systemTime)).then(() => ({})),
    );
    await codeOf("tom");
    await runMain("tags", "revoke", "tom", "--data", files.folder);
    await runMain("tags", "revoke", "nobody", "--data", files.folder);
    const trail = await withAccounts(files, systemTime, async ({ audit }) => ({
      acts: (await audit.read({ after: 0, limit: 1_000 }))
        .map(({ event, subject }) => [event, subject])
        .slice(-2),
    }));
    expect(trail).toEqual({
      acts: [
        ["tag.code-renewed", "tom"],
        ["tag.revoked", "tom"],
      ],
    });
  });

  test("gives one that was given up, and one whose owner has no account, to the next", async () => {
    await inStore(({ store }) =>
      store
        .forOwner(ADA)
        .eraseTag("mimi" as TagId)
        .then(() => ({})),
    );
    expect(await claimWith((await codeOf("mimi")).claimCode, BOB)).toMatchObject({ claimed: { id: "mimi" } });
    expect(await claimWith((await codeOf("mimi")).claimCode, ADA)).toMatchObject({ claimed: { id: "mimi" } });
    expect((await codeOf("mimi")).stderr).toContain("belongs to an account");
  });
});
