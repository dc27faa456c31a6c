import { authorityFiles } from "../authority/authority-files.ts";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AuthorityFiles } from "../authority/authority-files.ts";
import { initAuthority } from "../init-authority.ts";
import { issueFleet, type Fleet } from "../certificates/issue-fleet.ts";
import { readIssued } from "../authority/issued-index.ts";
import { isRefusal, unrefused } from "../refusal.ts";
import { revoke, writeRevocationLists } from "./revoke.ts";

const now = new Date();
const directory = mkdtempSync(join(tmpdir(), "purrimeter-certs-"));
let authority: AuthorityFiles;
let fleet: Fleet;

beforeAll(async () => {
  authority = unrefused(await initAuthority(authorityFiles(directory), now));
  fleet = unrefused(await issueFleet(authorityFiles(directory), ["a", "b", "b", "c"], now));
});
afterAll(() => rmSync(directory, { recursive: true }));

function listText(branch: "tags" | "services"): string {
  const { revoked, certificate } = authority.branches[branch];
  const args = ["crl", "-in", revoked, "-noout", "-text", "-CAfile", certificate];
  // The verdict on the signature goes to stderr.
  return execFileSync("sh", ["-c", 'openssl "$@" 2>&1', "sh", ...args], { encoding: "utf8" });
}

test("a new authority's lists are signed and empty", () => {
  for (const branch of ["tags", "services"] as const) {
    expect(listText(branch)).toContain("verify OK");
    expect(listText(branch)).toContain("No Revoked Certificates");
  }
});

test("a name revokes all its certificates, a serial number one", () => {
  expect(unrefused(revoke(authorityFiles(directory), "b", now)).revoked.map(({ serial }) => serial)).toEqual([
    fleet.members[1]?.serial,
    fleet.members[2]?.serial,
  ]);
  const serial = fleet.members[3]?.serial ?? "";
  unrefused(revoke(authorityFiles(directory), serial.toLowerCase(), now));
  const text = listText("tags");
  expect(text).toContain("verify OK");
  for (const { serial: one, tag } of fleet.members) expect(text.includes(one)).toBe(tag !== "a");
  expect(listText("services")).toContain("No Revoked Certificates");
});

test("the index remembers when", () => {
  const revoked = unrefused(readIssued(directory)).filter(({ revokedAt }) => revokedAt === now.toISOString());
  expect(revoked.map(({ commonName }) => commonName)).toEqual(["b", "b", "c"]);
});

test("a list of a clock that is ahead is valid on the right one, and refuses nobody else", () => {
  unrefused(revoke(authorityFiles(directory), "a", new Date(now.getTime() + 400 * 86_400_000)));
  const [, from = ""] = /Last Update: (.*)/.exec(listText("tags")) ?? [];
  expect(Date.parse(from)).toBeLessThan(now.getTime());
});

test("nothing is revoked twice, and nothing unknown", () => {
  const again = revoke(authorityFiles(directory), "b", now);
  const unknown = revoke(authorityFiles(directory), "nobody", now);
  expect(isRefusal(again) && again.refused).toBe("already-revoked");
  expect(isRefusal(unknown) && unknown.refused).toBe("not-issued");
});

test("the lists can be written anew from the index", () => {
  const before = listText("tags").match(/Serial Number: \S+/g);
  unrefused(writeRevocationLists(authorityFiles(directory), new Date(now.getTime() + 60_000)));
  expect(listText("tags").match(/Serial Number: \S+/g)).toEqual(before);
});
