import { createSecretKey, randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sealBytes } from "../aes-gcm.ts";
import { describeKeyRingContract } from "./key-ring.contract.ts";
import type { WrappedKey } from "./key-ring.ts";
import { KeyRingError, openSealedKeyFile } from "./sealed-key-file.ts";

const KEY = randomBytes(32);
const ada = "ada-whose-cat-it-is";

describeKeyRingContract("sealed key file", () => {
  const folder = mkdtempSync(join(tmpdir(), "purrimeter-keys-"));
  const path = join(folder, "owners.keys");
  return {
    ring: openSealedKeyFile(path, KEY),
    second: openSealedKeyFile(path, KEY),
    close: () => {
      rmSync(folder, { recursive: true });
    },
  };
});

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-keys-"));
  path = join(folder, "owners.keys");
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test("the file is private, names no owner, and is whole when opened again", async () => {
  const ring = openSealedKeyFile(path, KEY);
  await ring.create(ada);
  const { key, wrapped } = (await ring.generate(ada)) as WrappedKey;
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(path).includes(ada)).toBe(false);
  expect(await openSealedKeyFile(path, KEY).unwrap(ada, wrapped)).toEqual(key);
  expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("the lock beside it is private too, also one that was not", async () => {
  writeFileSync(`${path}.lock`, "", { mode: 0o644 });
  await openSealedKeyFile(path, KEY).create(ada);
  expect(statSync(`${path}.lock`).mode & 0o777).toBe(0o600);
});

test("it belongs to the installation that it was bound to first", async () => {
  const ring = openSealedKeyFile(path, KEY);
  expect(await ring.belongsTo("here")).toBe("unsaid");
  await ring.bind("here");
  await ring.bind("there");
  expect([await ring.belongsTo("here"), await ring.belongsTo("there")]).toEqual(["this", "another"]);
});

test("a file of the former format keeps its keys, and gets tombstones and an installation", async () => {
  const key = randomBytes(32);
  const magic = Buffer.from("purrimeter keys 1\n");
  const content = Buffer.from(JSON.stringify([[ada, [key.toString("base64")]]]));
  writeFileSync(path, Buffer.concat([magic, sealBytes(createSecretKey(KEY), content, magic)]), {
    mode: 0o600,
  });
  const ring = openSealedKeyFile(path, KEY);
  expect([await ring.version(ada), await ring.erased()]).toEqual([1, []]);
  await ring.bind("here");
  await ring.destroy("bob");
  const again = openSealedKeyFile(path, KEY);
  expect([await again.version(ada), await again.belongsTo("here"), await again.erased()]).toEqual([
    1,
    "this",
    ["bob"],
  ]);
});

test("a wrong key and a file of another kind say so at once", async () => {
  await openSealedKeyFile(path, KEY).create(ada);
  expect(() => openSealedKeyFile(path, randomBytes(32))).toThrow(
    new KeyRingError(`key ring ${path}: wrong key, or no key ring`),
  );
  writeFileSync(path, "nonsense");
  expect(() => openSealedKeyFile(path, KEY)).toThrow(KeyRingError);
});

test("twenty owners created at once through two rings are all there", async () => {
  const one = openSealedKeyFile(path, KEY);
  const two = openSealedKeyFile(path, KEY);
  const owners = Array.from({ length: 20 }, (_, i) => `owner-${i}`);
  await Promise.all(owners.map((owner, i) => (i % 2 === 0 ? one : two).create(owner)));
  for (const owner of owners) expect(await one.version(owner)).toBe(1);
});
