import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runMain, type Ran } from "../testing/run-main.ts";

const folder = mkdtempSync(join(tmpdir(), "purrimeter-provision-"));
const data = join(folder, "data");
const out = join(folder, "provisioned");
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  await runMain("certs", "init", "--data", data, "--root-out", join(folder, "root.pem"));
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

test("its key has left the data folder, and another one is made only when asked for", async () => {
  const keys = (): string[] => readdirSync(join(data, "secrets", "tags"));
  expect(keys()).toEqual([]);
  const { exitCode, stderr } = await provision("mimi");
  expect(exitCode).toBe(1);
  expect(stderr).toBe(
    `purrimeter: the key of mimi has left ${data}; "purrimeter certs renew tag mimi" makes another\n`,
  );
  const former = readFileSync(join(out, "key.pem"));
  await runMain("certs", "renew", "tag", "mimi", "--keep-key", "--data", data);
  expect(keys()).toEqual([]);
  await runMain("certs", "renew", "tag", "mimi", "--data", data);
  expect(keys()).toEqual(["mimi.pem"]);
  expect((await provision("mimi")).exitCode).toBe(0);
  expect(readFileSync(join(out, "key.pem")).equals(former)).toBe(false);
});

test("files of another board or of somebody's project are not replaced", async () => {
  await runMain("certs", "issue", "tag", "felix", "--data", data);
  const key = readFileSync(join(out, "key.pem"));
  const ofMimi = await provision("felix");
  expect([ofMimi.exitCode, ofMimi.stderr]).toEqual([
    1,
    `purrimeter: ${join(out, "board.json")} is not of the board felix; name another folder\n`,
  ]);
  expect(readFileSync(join(out, "key.pem")).equals(key)).toBe(true);
  const project = join(folder, "project");
  mkdirSync(project);
  writeFileSync(join(project, "manifest.json"), "precious");
  expect((await provision("felix", "--out", project)).stderr).toContain(
    "manifest.json is not of the board felix",
  );
  expect(readFileSync(join(project, "manifest.json"), "utf8")).toBe("precious");
});

test.each([
  ["that is not known", "tom"],
  ["with a name that is none", "../mimi"],
])("a tag %s is one line", async (_what, id) => {
  const { exitCode, stderr } = await provision(id);
  expect(exitCode).toBe(1);
  expect(stderr).toBe(`purrimeter: ${id} has no certificate here; "purrimeter tags add ${id}" issues one\n`);
});

test.each([
  ["a host that would end the command", ["--host", 'a"b']],
  ["an access point that would", ["--apn", "a b"]],
  ["any port", ["--port", "0"]],
])("%s is not understood", async (_what, more) => {
  expect((await provision("mimi", ...more)).exitCode).toBe(2);
});
