import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readConfig } from "@purrimeter/service/read-config";
import { configSchema } from "./config.ts";

const folder = mkdtempSync(join(tmpdir(), "purrimeter-auth-"));
const good = {
  ...{ host: "::1", port: 0, database: "accounts.db", issuer: "https://auth", audience: "purrimeter" },
  tls: { certificate: "auth.pem", authority: "authority.pem" },
};

afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(content: string): string {
  const file = join(folder, "config.json");
  writeFileSync(file, content);
  return file;
}

test("reads a configuration", () => {
  expect(readConfig(fileOf(JSON.stringify(good)), configSchema)).toMatchObject(good);
});

test.each([
  [{ port: 70_000 }, /config\.json: port: /u],
  [{ port: "443" }, /port/u],
  [{ issuer: undefined }, /issuer/u],
  [{ signingKey: "x" }, /signingKey/u],
  [{ tls: { certificate: "a" } }, /tls\.authority/u],
])("names what is wrong with %j", (changes, message) => {
  expect(() => readConfig(fileOf(JSON.stringify({ ...good, ...changes })), configSchema)).toThrow(message);
});

test("names a file that is missing or not JSON", () => {
  expect(() => readConfig("/nowhere/config.json", configSchema)).toThrow(
    "/nowhere/config.json cannot be read",
  );
  expect(() => readConfig(fileOf("port: 1"), configSchema)).toThrow("is not JSON");
});
