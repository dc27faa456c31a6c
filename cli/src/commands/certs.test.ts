import { createPrivateKey, X509Certificate } from "node:crypto";
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runMain, runMainAhead, type Ran } from "../testing/run-main.ts";

const folder = mkdtempSync(join(tmpdir(), "purrimeter-certs-"));
const data = join(folder, "data");
const rootOut = join(folder, "root.pem");
let rootPassphrase: string;
afterAll(() => rmSync(folder, { recursive: true }));

function certs(...argv: readonly string[]): Promise<Ran> {
  return runMain("certs", ...argv, "--data", data);
}

function linesOf({ stdout }: Ran): Record<string, string>[] {
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, string>);
}

beforeAll(async () => {
  const { exitCode, stdout } = await certs("init", "--root-out", rootOut);
  expect(exitCode).toBe(0);
  const [file, passphrase, authority] = stdout.split("\n");
  expect(file).toMatch(`root key    ${rootOut} (encrypted`);
  expect(authority).toBe(`authority ${data}/certs/authority/root.pem`);
  rootPassphrase = /^passphrase {2}([0-9a-f-]{39}) /.exec(passphrase ?? "")?.[1] ?? "";
});

test("a second authority is refused", async () => {
  const another = join(folder, "another.pem");
  const { exitCode, stderr } = await certs("init", "--root-out", another);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^purrimeter: .*holds an authority already/);
  expect(existsSync(another)).toBe(false);
});

test("the root's key is in its file alone, which its passphrase opens and another one does not", () => {
  const root = new X509Certificate(readFileSync(join(data, "certs", "authority", "root.pem")));
  const opened = createPrivateKey({ key: readFileSync(rootOut), passphrase: rootPassphrase });
  expect(root.checkPrivateKey(opened)).toBe(true);
  expect(statSync(rootOut).mode & 0o777).toBe(0o600);
  expect(() => createPrivateKey({ key: readFileSync(rootOut), passphrase: `${rootPassphrase}0` })).toThrow();
  const keys = readdirSync(data, { recursive: true, encoding: "utf8" }).filter((name) => /key/.test(name));
  expect(keys.toSorted()).toEqual(["secrets/authority/services.key.pem", "secrets/authority/tags.key.pem"]);
});

test.each([
  ["a file that is there", () => rootOut, "exists already; name a new file"],
  ["a place in the data folder", () => join(data, "root.pem"), "is in the data folder"],
  ["a folder that does not exist", () => join(folder, "no", "root.pem"), "there is no folder"],
])("the root's key does not go to %s", async (_what, file, line) => {
  const { exitCode, stderr } = await certs("init", "--root-out", file());
  expect(exitCode).toBe(1);
  expect(stderr).toContain(line);
});

test("issued certificates are listed, and revoked ones marked", async () => {
  const [issued] = linesOf(await certs("issue", "tag", "mimi", "--json"));
  expect(new X509Certificate(readFileSync(issued?.["chain"] ?? "")).serialNumber).toBe(issued?.["serial"]);
  await certs("issue", "service", "mosquitto", "--host", "mqtt.example.org");
  const names = linesOf(await certs("list", "--json")).map(({ kind, commonName }) => `${kind} ${commonName}`);
  expect(names).toEqual(["tag mimi", "service mosquitto"]);
  expect(await certs("revoke", issued?.["serial"] ?? "")).toMatchObject({ exitCode: 0 });
  const [mimi] = linesOf(await certs("list", "--json"));
  expect(mimi?.["revokedAt"]).toBeDefined();
  expect((await certs("list")).stdout).toMatch(/^tag +mimi +01[0-9A-F]+ +revoked /);
});

const YEAR_MS = 366 * 86_400_000;

test.each([
  ["not yet valid", -YEAR_MS, /^tag +mia .* from \S+ until \S+ {2}NOT YET VALID$/m],
  ["valid", 0, /^tag +mia .* from \S+ until \S+Z$/m],
  ["ended", 30 * YEAR_MS, /^tag +mia .* from \S+ until \S+ {2}ENDED$/m],
])("a certificate is listed with its dates by the clock (%s)", async (_what, aheadMs, line) => {
  if (!(await certs("list")).stdout.includes(" mia ")) await certs("issue", "tag", "mia");
  expect((await runMainAhead(aheadMs, "certs", "list", "--data", data)).stdout).toMatch(line);
});

test("one key serves many tags", async () => {
  await certs("issue", "tag", "fleet-0");
  const key = join(data, "fleet.pem");
  copyFileSync(join(data, "secrets", "tags", "fleet-0.pem"), key);
  const issued = linesOf(await certs("issue", "tag", "fleet-1", "fleet-2", "--key", key, "--json"));
  const keys = issued.map(({ key: path }) => readFileSync(path ?? "", "utf8"));
  expect(keys).toEqual([readFileSync(key, "utf8"), readFileSync(key, "utf8")]);
});

test("the key of a service that start runs lies with its secrets, after a renewal too", async () => {
  for (const command of [["issue"], ["renew", "--host", "cats.example.org"]]) {
    const [verb = "", ...rest] = command;
    const [service] = linesOf(await certs(verb, "service", "bridge", ...rest, "--json"));
    expect(service?.["key"]).toBe(join(data, "secrets", "bridge", "tls-key.pem"));
    const chain = new X509Certificate(readFileSync(service?.["chain"] ?? ""));
    expect(chain.checkHost("cats.example.org") !== undefined).toBe(verb === "renew");
    expect(() => readFileSync(join(data, "certs", "services", "bridge", "key.pem"))).toThrow(/ENOENT/);
  }
});

test.each([
  [["issue", "tag", "no/tag"], '"no/tag" is no tag id'],
  [["issue", "tag", "fleet-0"], "fleet-0 has a certificate already"],
  [["issue", "tag", "keyed", "--key", "/etc/hostname"], "the key given is no RSA private key"],
  [["issue", "tag", "keyed", "--key", "/no/such/key"], "/no/such/key: it does not exist"],
  [["renew", "tag", "nobody"], "no certificate was issued to nobody"],
  [["revoke", "nobody"], "no certificate was issued to nobody"],
])("%j is refused in one line", async (argv, line) => {
  const { exitCode, stderr, stdout } = await certs(...argv);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr.startsWith(`purrimeter: ${line}`)).toBe(true);
  expect(stderr.trim()).not.toContain("\n");
});
