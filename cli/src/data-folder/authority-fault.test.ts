import { initAuthority } from "@purrimeter/certs/init-authority";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { authorityFault } from "./authority-fault.ts";
import { dataFiles } from "./data-files.ts";

const files = dataFiles(mkdtempSync(join(tmpdir(), "purrimeter-authority-")));
const MADE = Date.parse("2026-11-30T12:00:00Z");
const DAY_MS = 86_400_000;

beforeAll(async () => {
  await initAuthority(files.authority, new Date(MADE));
});
afterAll(() => rmSync(files.folder, { recursive: true }));

test.each([
  [
    "in 1970",
    DAY_MS,
    "is not valid before 2026-11-29T12:00:00Z, and this machine's clock is at 1970-01-02T00:00:00Z",
  ],
  ["two years earlier", MADE - 730 * DAY_MS, "is not valid before"],
  ["in 2038", Date.parse("2038-01-20T00:00:00Z"), "ended at 2036-11-30T12:00:00Z"],
])("an authority that is not valid %s is one line that says what to do", (_name, nowMs, part) => {
  const fault = authorityFault(files, new Date(nowMs))?.failure ?? "";
  expect(fault).toContain(part);
  expect(fault).toContain(`move ${files.certs} and ${files.authority.keys} away, start with --root-out`);
  expect(fault).not.toContain("\n");
});

test.each([0, 400, 3_652])("one that is valid %s days later has no fault", (days) => {
  expect(authorityFault(files, new Date(MADE + days * DAY_MS))).toBeUndefined();
});

test("a folder without an authority has no fault", () => {
  expect(authorityFault(dataFiles(join(files.folder, "new")), new Date())).toBeUndefined();
});
