import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildDateS } from "./build-date.ts";

const MIDNIGHT_S = Date.UTC(2027, 2, 1) / 1_000;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "build-date-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A repository with one commit of this time. */
function commitAt(name: string, seconds: number): string {
  const repository = join(folder, name);
  const env = { ...process.env, GIT_COMMITTER_DATE: `${seconds} +1300` };
  const own = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
  execFileSync("git", ["init", "--quiet", repository]);
  execFileSync("git", ["-C", repository, ...own, "commit", "--quiet", "--allow-empty", "-m", "a"], { env });
  return repository;
}

it("a build is dated to the UTC day of the commit that is checked out", () => {
  expect(buildDateS(undefined, commitAt("first", MIDNIGHT_S))).toBe(MIDNIGHT_S);
  expect(buildDateS(undefined, commitAt("last", MIDNIGHT_S + 86_399))).toBe(MIDNIGHT_S);
});

it("SOURCE_DATE_EPOCH wins over the commit", () => {
  const day = 86_400;
  expect(buildDateS(String(MIDNIGHT_S + day + 5), commitAt("other", MIDNIGHT_S))).toBe(MIDNIGHT_S + day);
});

it("without either, or with no number, one line says what to do", () => {
  expect(buildDateS(undefined, folder)).toBe(
    `${folder} is no git checkout: set SOURCE_DATE_EPOCH to seconds since 1970`,
  );
  for (const wrong of ["", "yesterday", "-5", "1e9"])
    expect(buildDateS(wrong, folder)).toBe(
      `SOURCE_DATE_EPOCH is not a number of seconds since 1970: ${wrong}`,
    );
});
