import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openSecretFolder } from "./secret-folder.ts";
import { SecretError } from "./secret-source.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-secrets-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function put(name: string, content: string, mode = 0o600): void {
  writeFileSync(join(folder, name), content);
  chmodSync(join(folder, name), mode);
}

test("reads a secret as it is", () => {
  put("tls-key.pem", "some\nbytes\n");
  expect(openSecretFolder(folder).read("tls-key.pem").toString()).toBe("some\nbytes\n");
});

test("reads a key of 64 hex digits", () => {
  put("database-key", `${"aB".repeat(32)}\n`);
  expect(openSecretFolder(folder).readKey("database-key")).toEqual(Buffer.alloc(32, 0xab));
});

test.each([
  ["63 digits", "a".repeat(63)],
  ["65 digits", "a".repeat(65)],
  ["other letters", "g".repeat(64)],
])("refuses a key of %s without showing it", (_, content) => {
  put("database-key", content);
  const read = () => openSecretFolder(folder).readKey("database-key");
  expect(read).toThrow(`secret "database-key" in ${folder} is not 64 hexadecimal digits`);
  expect(read).not.toThrow(content);
});

test.each([0o640, 0o604, 0o644, 0o620])("refuses a file of mode %o", (mode) => {
  put("database-key", "ab".repeat(32), mode);
  expect(() => openSecretFolder(folder).read("database-key")).toThrow(
    /"database-key".*may be read by others/,
  );
});

test("names a missing secret", () => {
  expect(() => openSecretFolder(folder).read("cursor-key")).toThrow(
    new SecretError(`secret "cursor-key" in ${folder} is missing`),
  );
});

test("refuses an empty file and a folder", () => {
  put("empty", "");
  mkdirSync(join(folder, "folder"), { mode: 0o700 });
  expect(() => openSecretFolder(folder).read("empty")).toThrow("is empty");
  expect(() => openSecretFolder(folder).read("folder")).toThrow("is no file");
});

test.each(["../etc/passwd", "a/b", "", ".hidden", "a..b", "A", "x".repeat(65)])(
  "refuses the name %j",
  (name) => {
    expect(() => openSecretFolder(folder).read(name)).toThrow("is no name of a secret");
  },
);
