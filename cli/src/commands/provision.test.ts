import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runMain, type Ran } from "../testing/run-main.ts";

const data = mkdtempSync(join(tmpdir(), "purrimeter-provision-"));
const out = join(data, "provisioned");
afterAll(() => rmSync(data, { recursive: true }));

beforeAll(async () => {
  await runMain("certs", "init", "--data", data);
  await runMain("certs", "issue", "tag", "mimi", "--data", data);
});

function provision(id: string, ...more: readonly string[]): Promise<Ran> {
  const where = ["--out", out, "--data", data, "--host", "cats.example.org", "--port", "8884"];
  return runMain("tags", "provision", id, ...where, ...more);
}

test("a board gets certificates, key and names, and both boards' programs find them", async () => {
  const { exitCode, stdout } = await provision("mimi", "--apn", "iot.example", "--json");
  expect(exitCode).toBe(0);
  const { files } = JSON.parse(stdout) as { files: string[] };
  expect(files.every((name) => existsSync(join(out, name)))).toBe(true);
  const json = (name: string): unknown => JSON.parse(readFileSync(join(out, name), "utf8"));
  const config = { tag: "mimi", host: "cats.example.org", port: 8884, apn: "iot.example" };
  expect(json("manifest.json")).toEqual({
    data: { "*": ["./authority", "./issuer", "./tag", "./key"] },
    config,
  });
  expect(json("board.json")).toEqual(config);
});

test("its key is the certificate's in both forms, and nobody else's to read", () => {
  const read = (name: string): Buffer => readFileSync(join(out, name));
  const certificate = new X509Certificate(read("tag.der"));
  expect(new X509Certificate(read("tag.pem")).fingerprint256).toBe(certificate.fingerprint256);
  expect(certificate.checkIssued(new X509Certificate(read("issuer.der")))).toBe(true);
  expect(new X509Certificate(read("authority.pem")).raw).toEqual(read("authority.der"));
  expect(read("key.pem").toString()).toMatch(/^-----BEGIN RSA PRIVATE KEY-----\n/);
  const pkcs8 = createPrivateKey({ key: read("key.der"), format: "der", type: "pkcs8" });
  for (const key of [pkcs8, createPrivateKey(read("key.pem"))])
    expect(createPublicKey(key).equals(certificate.publicKey)).toBe(true);
  expect(["key.der", "key.pem"].map((name) => statSync(join(out, name)).mode & 0o777)).toEqual([
    0o600, 0o600,
  ]);
});

test.each([
  ["that is not known", "tom"],
  ["with a name that is none", "../mimi"],
])("a tag %s is one line", async (_what, id) => {
  const { exitCode, stderr } = await provision(id);
  expect(exitCode).toBe(1);
  expect(stderr).toBe(
    `purrimeter: ${id} has no certificate and key here; make them with "purrimeter tags add ${id}"\n`,
  );
});

test.each([
  ["a host that would end the command", ["--host", 'a"b']],
  ["an access point that would", ["--apn", "a b"]],
  ["any port", ["--port", "0"]],
])("%s is not understood", async (_what, more) => {
  expect((await provision("mimi", ...more)).exitCode).toBe(2);
});
