import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { dataFiles, type DataFiles } from "./data-files.ts";
import { takeMail } from "./take-mail.ts";

let files: DataFiles;
beforeEach(() => {
  files = dataFiles(mkdtempSync(join(tmpdir(), "purrimeter-mail-")));
});
afterEach(() => rmSync(files.folder, { recursive: true }));

test.each(["mail", "outbox"])("messages in %s/ of an earlier version move to the secrets", (former) => {
  mkdirSync(join(files.folder, former));
  writeFileSync(join(files.folder, former, "1.eml"), "To: mia@example.org");
  takeMail(files);
  expect(readdirSync(files.mail)).toEqual(["1.eml"]);
  expect(statSync(files.mail).mode & 0o777).toBe(0o700);
  expect(files.mail.startsWith(files.secrets(""))).toBe(true);
  expect(existsSync(join(files.folder, former))).toBe(false);
  takeMail(files);
  expect(readdirSync(files.mail)).toEqual(["1.eml"]);
});
