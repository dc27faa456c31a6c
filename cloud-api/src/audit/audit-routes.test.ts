import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TagId } from "@purrimeter/protocol/values";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestAccounts, type TestAccount } from "../testing/test-accounts.ts";
import { auditListSchema, type AuditEntry } from "./audit-schema.ts";

const SCRIPT = join(import.meta.dirname, "../../../audit/verify-proof.mjs");
let accounts: TestAccounts;
let mia: TestAccount;
let tom: TestAccount;
let auditor: TestAccount;
let operator: TestAccount;
let tag: TagId;
let share: string;

interface Page {
  readonly items: readonly AuditEntry[];
  readonly next: string | null;
}

async function ask(account: TestAccount, query = "") {
  await accounts.auth.service.audit.flush();
  return accounts.api.ask(`/v1/audit${query}`, { token: account.token });
}

async function entries(account: TestAccount, query = ""): Promise<readonly AuditEntry[]> {
  const { status, body } = await ask(account, query);
  expect(status).toBe(200);
  auditListSchema.parse(body);
  return (body as unknown as Page).items;
}

const post = (account: TestAccount, path: string, body: object) =>
  accounts.api.ask(path, { method: "POST", token: account.token, body });

beforeAll(async () => {
  accounts = await TestAccounts.start();
  [mia, tom, auditor, operator] = await Promise.all([
    accounts.owner(),
    accounts.owner(),
    accounts.owner(["auditor"]),
    accounts.owner(["operator"]),
  ]);
  tag = await accounts.api.claimedTag(mia);
  const login = { email: mia.email, password: "wrong wrong wrong" };
  await accounts.api.ask("/v1/auth/login", { method: "POST", body: login });
  const { code } = (await post(mia, `/v1/tags/${tag}/shares`, { kind: "live" })).body;
  share = (await post(tom, "/v1/shares/accept", { code })).body.id;
  accounts.advance(1);
  await accounts.api.ask(`/v1/tags/${tag}/locations/latest`, { token: mia.token });
  for (let i = 0; i < 2; i++)
    await accounts.api.ask(`/v1/tags/${tag}/locations/latest`, { token: tom.token });
  accounts.advance(1);
  await accounts.api.ask(`/v1/operator/tags/${tag}/revoke`, { method: "POST", token: operator.token });
});
afterAll(async () => {
  expect(accounts.api.failures).toEqual([]);
  await accounts.close();
});

describe("one's own trail", () => {
  it("says who looked at one's tag, by which share, beside what was done to the account", async () => {
    const own = await entries(mia);
    expect(own.map(({ tree, event, by, byYou }) => [tree, event, by, byYou])).toEqual([
      ["accounts", "login.refused", "system", false],
      ["locations", "tag.claimed", "owner", true],
      ["locations", "share.invited", "owner", true],
      ["locations", "share.accepted", "other", false],
      ["locations", "latest.read", "owner", true],
      ["locations", "latest.read", "other", false],
      ["locations", "latest.read", "other", false],
      ["locations", "tag.revoked", "staff", false],
    ]);
    const looked = own.filter(({ event, by }) => event === "latest.read" && by === "other");
    expect(looked.map((entry) => [entry.subject, entry.share])).toEqual([
      [tag, share],
      [tag, share],
    ]);
    expect(new Set(own.map(({ account }) => account)).size).toBe(2);
  });

  it("shows a viewer what it did itself, and nothing else of that tag", async () => {
    const theirs = await entries(tom);
    expect(theirs.map(({ event, byYou }) => [event, byYou])).toEqual([
      ["share.accepted", true],
      ["latest.read", true],
      ["latest.read", true],
    ]);
    expect(JSON.stringify(theirs)).not.toContain(share);
  });

  it("is found by event, tag, time and who did it", async () => {
    const events = async (query: string): Promise<string[]> =>
      (await entries(mia, query)).map(({ event }) => event);
    expect(await events("?event=login.refused")).toEqual(["login.refused"]);
    expect(await events("?by=staff")).toEqual(["tag.revoked"]);
    expect(await events(`?tagId=${tag}&by=other`)).toEqual(["share.accepted", "latest.read", "latest.read"]);
    expect(await events("?tagId=nobodys")).toEqual([]);
    const at = (await entries(mia, "?event=tag.revoked"))[0]?.at ?? "";
    expect(await events(`?from=${at}`)).toEqual(["tag.revoked"]);
    expect(await events(`?to=2001-01-01T00:00:00Z`)).toEqual([]);
  });

  it("has a proof of each event on demand, which the script alone accepts", async () => {
    const folder = mkdtempSync(join(tmpdir(), "purrimeter-proofs-"));
    const proved = await entries(mia, "?proof=true");
    expect(proved).toHaveLength(8);
    for (const { proof, tree, number, leaf } of proved) {
      expect(proof).toMatchObject({ row: number, leaf, key: expect.stringContaining(tree) as string });
      const file = join(folder, "proof.json");
      writeFileSync(file, JSON.stringify(proof));
      const { status, stdout } = spawnSync(process.execPath, [SCRIPT, file], { encoding: "utf8" });
      expect([status, stdout]).toEqual([0, expect.stringContaining(`row ${number} is in the tree`)]);
    }
    rmSync(folder, { recursive: true });
    expect((await entries(mia)).some((entry) => "proof" in entry)).toBe(false);
  });

  it("comes in pages that end, each event once", async () => {
    const all = await entries(mia);
    for (const limit of [1, 2, 3, 8]) {
      const got: AuditEntry[] = [];
      let pages = 0;
      for (let cursor: string | null = ""; cursor !== null; pages++) {
        const { body } = await ask(mia, `?limit=${limit}${cursor && `&cursor=${cursor}`}`);
        const { items, next } = body as unknown as Page;
        got.push(...items);
        cursor = next;
      }
      expect([got, pages]).toEqual([all, Math.ceil(all.length / limit)]);
    }
  });
});

describe("everybody's trail", () => {
  it("is for auditors alone, however the others ask", async () => {
    for (const account of [mia, operator]) {
      const { status, body } = await ask(account, "?view=all");
      expect([status, body.type]).toEqual([403, "/v1/problems/forbidden"]);
    }
    // The role is asked of the accounts: a token says what was true when it was issued.
    const { token } = await accounts.auth.service.tokens
      .issue({ id: mia.id, roles: ["auditor"], isMailVerified: true }, mia.session)
      .then((made) => ({ token: made }));
    expect((await ask({ ...mia, token }, "?view=all")).status).toBe(403);
    expect((await ask(auditor)).status).toBe(200);
  });

  it("shows an auditor all events under pseudonyms, without a name, an address or a place", async () => {
    const all = await entries(auditor, "?view=all");
    expect(all.map(({ event }) => event)).toEqual(
      expect.arrayContaining(["login.refused", "tag.claimed", "latest.read", "tag.revoked"]),
    );
    const text = JSON.stringify(all);
    for (const { id, email } of [mia, tom, operator]) {
      expect(text).not.toContain(id);
      expect(text).not.toContain(email);
    }
    expect(text).not.toMatch(/192\.0\.2|"(lat|lon|name|email)":/u);
    expect(all.every(({ share: one }) => one === null)).toBe(true);
  });

  it("ends although each page that is read adds an event", async () => {
    const before = (await entries(auditor, "?view=all")).length;
    let [count, cursor] = [0, "" as string | null];
    for (; cursor !== null; count++) {
      const { body } = await ask(auditor, `?view=all&limit=1${cursor && `&cursor=${cursor}`}`);
      cursor = (body as unknown as Page).next;
    }
    expect(count).toBe(before + 1);
    const reads = await entries(auditor, "?event=audit.read");
    expect(reads.length).toBeGreaterThan(count);
    expect(reads.every(({ by, byYou }) => by === "staff" && byYou)).toBe(true);
  });
});

describe("a cursor", () => {
  const cursorOf = async (account: TestAccount, query: string): Promise<string> =>
    ((await ask(account, query)).body as unknown as Page).next ?? "";

  it("is good for its account and its query alone", async () => {
    const cursor = await cursorOf(mia, "?limit=1");
    for (const [account, query] of [
      [tom, ""],
      [auditor, "&view=all"],
      [mia, "&view=all"],
      [mia, "&event=latest.read"],
      [mia, `&tagId=${tag}`],
      [mia, "&by=other"],
      [mia, "&from=2020-01-01T00:00:00Z"],
    ] as const) {
      const { status, body } = await ask(account, `?cursor=${cursor}${query}`);
      expect([query, status, body.type]).toEqual([query, 400, "/v1/problems/invalid-cursor"]);
    }
    expect((await ask(mia, `?cursor=${cursor}&proof=true`)).status).toBe(200);
  });

  it("of another list is none of this one", async () => {
    const { body } = await accounts.api.ask("/v1/geofences?limit=1", { token: mia.token });
    expect(body.next).toBeNull();
    expect((await ask(mia, `?cursor=${"x".repeat(80)}`)).body.type).toBe("/v1/problems/invalid-cursor");
  });
});

it.each([
  ["view", "?view=everything"],
  ["event", "?event=No"],
  ["tagId", "?tagId=%2Fa"],
  ["by", "?by=me"],
  ["proof", "?proof=1"],
  ["limit", "?limit=0"],
  ["from", "?from=yesterday"],
])("a %s that is none is refused with its field", async (field, query) => {
  const { status, body } = await ask(mia, query);
  expect([status, body.errors.map((error) => error.field)]).toEqual([400, [field]]);
});

it("is told to nobody while the accounts do not answer", async () => {
  accounts.isAway = true;
  const { status, body } = await ask(mia);
  accounts.isAway = false;
  expect([status, body.type]).toEqual([503, "/v1/problems/unavailable"]);
});
