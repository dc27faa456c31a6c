import { generateKeyPairSync } from "node:crypto";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { authorityFiles } from "./authority/authority-files.ts";
import { initAuthority } from "./init-authority.ts";
import { issueFleet } from "./certificates/issue-fleet.ts";
import { issueService } from "./certificates/issue-service.ts";
import { issueTag } from "./certificates/issue-tag.ts";
import { readIssued } from "./authority/issued-index.ts";
import { describeRefusal, isRefusal, unrefused, type Refusal } from "./refusal.ts";
import { renew } from "./certificates/renew.ts";
import { revoke } from "./revocation/revoke.ts";

const now = new Date();
const directory = mkdtempSync(join(tmpdir(), "purrimeter-certs-"));

beforeAll(async () => {
  unrefused(await initAuthority(authorityFiles(directory), now));
});
afterAll(() => rmSync(directory, { recursive: true }));

function reason(result: object): string {
  return isRefusal(result) ? result.refused : "accepted";
}

test("an authority is never overwritten", async () => {
  const before = readFileSync(authorityFiles(directory).root);
  expect(reason(await initAuthority(authorityFiles(directory), now))).toBe("authority-exists");
  expect(readFileSync(authorityFiles(directory).root)).toEqual(before);
});

test("of two that create one at once, one succeeds and leaves nothing else behind", async () => {
  const shared = mkdtempSync(join(tmpdir(), "purrimeter-certs-"));
  const results = await Promise.all([
    initAuthority(authorityFiles(shared), now),
    initAuthority(authorityFiles(shared), now),
  ]);
  expect(results.map(reason).toSorted()).toEqual(["accepted", "authority-exists"]);
  expect(readdirSync(shared)).toEqual(["authority", "keys"]);
  expect(readdirSync(join(shared, "keys"))).toEqual(["services.key.pem", "tags.key.pem"]);
  expect(readdirSync(join(shared, "authority")).filter((name) => name.endsWith("key.pem"))).toEqual([]);
  rmSync(shared, { recursive: true });
});

test.each(["", "a b", "../up", "a/b", "cat.1", "Käthe", "x".repeat(33), "a\n"])(
  "%j is no tag id",
  async (id) => {
    expect(reason(await issueTag(authorityFiles(directory), id, { now }))).toBe("bad-tag-id");
    expect(reason(await issueFleet(authorityFiles(directory), ["fine", id], now))).toBe("bad-tag-id");
  },
);

test.each(["", "Bridge", "../up", "a_b"])("%j is no service name", async (name) => {
  expect(reason(await issueService(authorityFiles(directory), name, { now }))).toBe("bad-service-name");
});

test.each(["", "a b", "-a.example", "a,DNS:evil.example", "1.2.3.4/8", "x".repeat(64)])(
  "%j is no host",
  async (host) => {
    expect(reason(await issueService(authorityFiles(directory), "bridge", { now, hosts: [host] }))).toBe(
      "bad-host",
    );
  },
);

test("a second certificate needs a renewal, and a renewal a first one", async () => {
  unrefused(await issueTag(authorityFiles(directory), "twice", { now }));
  expect(reason(await issueTag(authorityFiles(directory), "twice", { now }))).toBe("already-issued");
  expect(reason(await renew(authorityFiles(directory), "tag", "never", { now }))).toBe("not-issued");
});

test("only RSA keys of 2048 bits or more are certified", async () => {
  const pem = { type: "pkcs8", format: "pem" } as const;
  const short = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey.export(pem).toString();
  const elliptic = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export(pem).toString();
  for (const key of [short, elliptic, "no key"])
    expect(reason(await issueTag(authorityFiles(directory), "keyed", { now, key }))).toBe("bad-key");
});

test("nothing is issued or revoked without an authority", async () => {
  const empty = mkdtempSync(join(tmpdir(), "purrimeter-certs-"));
  expect(reason(await issueTag(authorityFiles(empty), "cat", { now }))).toBe("no-authority");
  expect(reason(await issueFleet(authorityFiles(empty), ["cat"], now))).toBe("no-authority");
  expect(reason(revoke(authorityFiles(empty), "cat", now))).toBe("not-issued");
  expect(readdirSync(empty)).toEqual([]);
  rmSync(empty, { recursive: true });
});

test("half a line at the end of the index is dropped, a damaged one before it is reported", async () => {
  const { index } = authorityFiles(directory);
  appendFileSync(index, '{"event":"issued","ser');
  unrefused(await issueTag(authorityFiles(directory), "after-the-cut", { now }));
  const issued = unrefused(readIssued(directory));
  expect(issued.at(-1)?.commonName).toBe("after-the-cut");
  appendFileSync(index, "garbage\n");
  expect(readIssued(directory)).toEqual({
    refused: "damaged-index",
    subject: `${index}:${issued.length + 1}`,
  });
});

test("every refusal is described in one line that names its subject", () => {
  const reasons = [
    "authority-exists",
    "no-authority",
    "bad-tag-id",
    "bad-host",
    "bad-key",
    "already-issued",
  ] as const;
  for (const refused of reasons) {
    const line = describeRefusal({ refused, subject: "the-subject" } satisfies Refusal);
    expect(line).toContain("the-subject");
    expect(line).not.toContain("\n");
  }
});
