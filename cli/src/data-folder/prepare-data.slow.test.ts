import { issueService } from "@purrimeter/certs/issue-service";
import { unrefused } from "@purrimeter/certs/refusal";
import { X509Certificate } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { takeServiceKey } from "./certify-services.ts";
import { dataFiles, type DataFiles } from "./data-files.ts";
import { REGISTRY } from "../services/service-registry.ts";
import { isFailure } from "../terminal/failure.ts";
import { prepareData } from "./prepare-data.ts";
import { allHolders, type CertifiedService, type Holders } from "./secret-holder.ts";
import { LOCATIONS_KEY, randomKey } from "./secret-specs.ts";

const now = new Date();
const temporary = mkdtempSync(join(tmpdir(), "purrimeter-data-"));
const template = join(temporary, "template");
let files: DataFiles;

beforeAll(async () => {
  files = dataFiles(template);
  await prepared();
});
beforeEach(() => {
  files = dataFiles(join(temporary, "data"));
  cpSync(template, files.folder, { recursive: true });
});
afterEach(() => rmSync(files.folder, { recursive: true }));
afterAll(() => rmSync(temporary, { recursive: true }));

async function prepared(hosts: readonly string[] = [], at = now): Promise<boolean> {
  const outcome = await prepareData(files, REGISTRY, { now: at, hosts, rootKey: "discard" });
  if (isFailure(outcome)) throw new Error(outcome.failure);
  return outcome.created;
}

async function failure(): Promise<string> {
  const outcome = await prepareData(files, REGISTRY, { now, hosts: [], rootKey: "discard" });
  return isFailure(outcome) ? outcome.failure : "nothing failed";
}

/** Everything that must stay as it is, by path. */
function contents(): Record<string, string> {
  const paths = readdirSync(files.folder, { recursive: true, encoding: "utf8" }).filter(
    (path) => statSync(join(files.folder, path)).isFile() && !path.endsWith(".crl.pem"),
  );
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(files.folder, path), "base64")]));
}

test("each process gets its own secrets and nothing else", () => {
  const names = ["alerts", "auth", "bridge", "cloud-api", "notifier", "operator"] as const;
  expect(
    Object.fromEntries(names.map((name) => [name, readdirSync(files.secrets(name)).toSorted()])),
  ).toEqual({
    alerts: ["GENERATED", "audit-key", "database-key", "key-ring-key", "tls-key.pem"],
    auth: ["GENERATED", "audit-key", "database-key", "signing-key.pem", "tls-key.pem"],
    bridge: ["GENERATED", "audit-key", "database-key", "key-ring-key", "tls-key.pem"],
    "cloud-api": ["GENERATED", "audit-key", "cursor-key", "database-key", "key-ring-key", "tls-key.pem"],
    notifier: ["GENERATED", "mail-key", "tls-key.pem", "vapid-key.pem"],
    operator: ["GENERATED", "audit-key", "database-key", "key-ring-key"],
  });
  const key = (holder: (typeof names)[number]): string =>
    readFileSync(files.secret(holder, "database-key"), "utf8");
  expect(key("bridge")).toMatch(/^[0-9a-f]{64}\n$/);
  expect(key("cloud-api")).toBe(key("bridge"));
  expect(key("auth")).not.toBe(key("bridge"));
});

test("secrets are for their owner only, and a service's key lies in one place", () => {
  for (const path of Object.keys(contents()).filter((path) => path.startsWith("secrets/"))) {
    expect([path, statSync(join(files.folder, path)).mode & 0o777]).toEqual([path, 0o600]);
  }
  expect(
    readdirSync(join(files.certs, "services", "bridge")).filter((name) => name.startsWith("key")),
  ).toEqual([]);
});

test("a service that begins to call another one gets a certificate for that, and the notifier has none", async () => {
  const usesOf = (name: string): readonly string[] =>
    new X509Certificate(readFileSync(files.serviceChain(name))).keyUsage ?? [];
  const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
  expect([usesOf("auth"), usesOf("notifier")].map((uses) => uses.includes(CLIENT_AUTH))).toEqual([
    true,
    false,
  ]);
  const chain = files.serviceChain("auth");
  rmSync(dirname(chain), { recursive: true });
  // As an earlier version issued it.
  unrefused(await issueService(files.authority, "auth", { now }));
  takeServiceKey(files, "auth");
  expect(usesOf("auth")).not.toContain(CLIENT_AUTH);
  expect(await prepared()).toBe(false);
  expect(usesOf("auth")).toContain(CLIENT_AUTH);
});

test("the password of the mail server moves from the accounts to the notifier, and a word is said", async () => {
  const [former, place] = [files.secret("auth", "smtp-password"), files.secret("notifier", "smtp-password")];
  const said: string[] = [];
  const onMoved = (what: string): void => void said.push(what);
  const prepare = (): Promise<unknown> => prepareData(files, REGISTRY, { now, hosts: [], onMoved });
  writeFileSync(former, "canary", { mode: 0o600 });
  await prepare();
  expect([existsSync(former), readFileSync(place, "utf8"), statSync(place).mode & 0o777]).toEqual([
    ...[false, "canary", 0o600],
  ]);
  await prepare();
  writeFileSync(former, "older", { mode: 0o600 });
  await prepare();
  expect([existsSync(former), readFileSync(place, "utf8")]).toEqual([false, "canary"]);
  expect(said).toEqual([
    expect.stringContaining(`moved from ${former} to ${place}`),
    expect.stringContaining(`${former}, is deleted`),
  ]);
  expect(said.join("")).not.toMatch(/canary|older/u);
});

test("a second start changes nothing", async () => {
  const before = contents();
  expect(await prepared()).toBe(false);
  expect(contents()).toEqual(before);
});

test("a first start that broke off is continued with what it had made", async () => {
  const before = contents();
  rmSync(files.format);
  rmSync(files.secret("cloud-api", "database-key"));
  rmSync(files.secret("auth", "tls-key.pem"));
  expect(await prepared()).toBe(true);
  const after = contents();
  for (const path of [
    "certs/authority/root.pem",
    "secrets/bridge/database-key",
    "secrets/cloud-api/database-key",
  ])
    expect(after[path]).toBe(before[path]);
  const leaf = new X509Certificate(readFileSync(files.serviceChain("auth")));
  expect(leaf.publicKey.asymmetricKeyType).toBe("rsa");
  expect(after["secrets/auth/tls-key.pem"]).not.toBe(before["secrets/auth/tls-key.pem"]);
});

test("a secret that is gone is not made anew", async () => {
  const path = files.secret("bridge", "key-ring-key");
  rmSync(path);
  expect(await failure()).toBe(`the secret ${path} is missing; restore it from a backup`);
});

test("a folder whose format file lists no secrets, as the first ones, is opened and left as it is", async () => {
  writeFileSync(files.format, '{"format":1}\n');
  const before = contents();
  expect(await prepared()).toBe(false);
  // Only the list of secrets is written: a later version has more of them than the first one.
  const after = contents();
  expect(after).toEqual({ ...before, "purrimeter.json": after["purrimeter.json"] });
  expect(readFileSync(files.format, "utf8")).toContain("auth/audit-key");
  const path = files.secret("auth", "signing-key.pem");
  rmSync(path);
  expect(await failure()).toBe(`the secret ${path} is missing; restore it from a backup`);
});

test("a service that is new to a folder gets its secrets and certificate, and others keep theirs", async () => {
  const [auth] = REGISTRY.services;
  const added = { ...auth, name: "added", secrets: [LOCATIONS_KEY, { name: "own-key", make: randomKey }] };
  const four: Holders = { ...REGISTRY, services: [...REGISTRY.services, added as CertifiedService] };
  writeFileSync(files.format, '{"format":1}\n');
  const before = contents();
  expect(await prepareData(files, four, { now, hosts: [], rootKey: "discard" })).toEqual({ created: false });
  const after = contents();
  expect(after).toMatchObject({
    ...before,
    "purrimeter.json": after["purrimeter.json"],
    "certs/issued.jsonl": after["certs/issued.jsonl"],
  });
  expect(after["secrets/added/database-key"]).toBe(before["secrets/bridge/database-key"]);
  expect(readdirSync(files.secrets("added")).toSorted()).toEqual([
    "GENERATED",
    "database-key",
    "own-key",
    "tls-key.pem",
  ]);
  rmSync(files.secret("added", "own-key"));
  expect(await prepareData(files, four, { now, hosts: [], rootKey: "discard" })).toMatchObject({
    failure: expect.stringMatching(/own-key is missing; restore it from a backup/) as string,
  });
});

test("a folder of a newer version is left alone", async () => {
  writeFileSync(files.format, '{"format":2}\n');
  const before = contents();
  expect(await failure()).toMatch(/was made by a newer purrimeter \(format 2; this one knows 1\)/);
  expect(contents()).toEqual(before);
});

test.each(["", "no JSON", "{}", "null", '{"format":"1"}'])(
  "a damaged format file is said: %j",
  async (text) => {
    writeFileSync(files.format, text);
    expect(await failure()).toBe(`${files.format} is damaged; restore it from a backup`);
  },
);

test("a new host renews the services' certificates, and so does their end", async () => {
  const serial = (): string => new X509Certificate(readFileSync(files.serviceChain("bridge"))).serialNumber;
  const first = serial();
  await prepared(["cats.example.org"]);
  const second = serial();
  expect(second).not.toBe(first);
  await prepared(["cats.example.org"], new Date(now.getTime() + 380 * 86_400_000));
  expect(serial()).not.toBe(second);
  const leaf = new X509Certificate(readFileSync(files.serviceChain("bridge")));
  expect([leaf.checkHost("cats.example.org"), leaf.checkIP("127.0.0.1")]).toEqual([
    "cats.example.org",
    "127.0.0.1",
  ]);
});

test("production refuses keys that were generated, until the operator's own are in their place", async () => {
  const outcome = (): Promise<object> =>
    prepareData(files, REGISTRY, { now, hosts: [], ownSecrets: true, rootKey: "discard" });
  expect(await outcome()).toEqual({
    failure:
      "production mode refuses keys that purrimeter generated: auth/database-key, auth/signing-key.pem, " +
      "auth/audit-key, cloud-api/audit-key, bridge/audit-key, alerts/audit-key, operator/audit-key, " +
      "cloud-api/database-key, bridge/database-key, alerts/database-key, operator/database-key, " +
      "cloud-api/key-ring-key, bridge/key-ring-key, alerts/key-ring-key, operator/key-ring-key, " +
      "cloud-api/cursor-key, notifier/mail-key, " +
      `notifier/vapid-key.pem in ${join(files.folder, "secrets")}; ` +
      "put your own in their place, or give --allow-generated-keys",
  });
  for (const holder of ["alerts", "bridge", "cloud-api", "notifier", "operator", "auth"] as const)
    for (const name of readdirSync(files.secrets(holder)).filter((one) => one.endsWith("-key")))
      writeFileSync(files.secret(holder, name), "77".repeat(32));
  expect(await outcome()).toMatchObject({
    failure: expect.stringContaining(": auth/signing-key.pem, notifier/vapid-key.pem in") as string,
  });
  writeFileSync(files.secret("auth", "signing-key.pem"), "my own");
  writeFileSync(files.secret("notifier", "vapid-key.pem"), "my own");
  expect(await outcome()).toEqual({ created: false });
});

test("production makes no keys for a new folder", async () => {
  const fresh = dataFiles(join(temporary, "fresh"));
  expect(
    await prepareData(fresh, REGISTRY, { now, hosts: [], ownSecrets: true, rootKey: "discard" }),
  ).toMatchObject({
    failure: expect.stringMatching(
      /^production mode makes no keys: put your own auth\/database-key, /,
    ) as string,
  });
  expect(existsSync(fresh.folder)).toBe(false);
});

test("keys in a Vault are neither made nor missed", async () => {
  const fresh = dataFiles(join(temporary, "vaulted"));
  cpSync(template, fresh.folder, { recursive: true });
  for (const { name } of allHolders(REGISTRY)) rmSync(fresh.secrets(name), { recursive: true });
  writeFileSync(fresh.vault, "{}");
  expect(
    await prepareData(fresh, REGISTRY, { now, hosts: [], ownSecrets: true, rootKey: "discard" }),
  ).toEqual({
    created: false,
  });
  expect(readdirSync(fresh.secrets("bridge"))).toEqual(["tls-key.pem"]);
  rmSync(fresh.folder, { recursive: true });
});

const DAY_MS = 86_400_000;

function chains(): X509Certificate[] {
  return REGISTRY.services.map(({ name }) => new X509Certificate(readFileSync(files.serviceChain(name))));
}

test("certificates that a wrong clock made are renewed by the next start on the right one", async () => {
  await prepared([], new Date(now.getTime() + 400 * DAY_MS));
  expect(chains().every(({ validFromDate }) => validFromDate > now)).toBe(true);
  await prepared();
  expect(chains().every(({ validFromDate, validToDate }) => validFromDate < now && validToDate > now)).toBe(
    true,
  );
});

test.each([400, 4_000, -730, -20_000])(
  "a clock that is not trusted renews nothing, %s days off, not even the revocation lists",
  async (days) => {
    const all = (): string[] => [
      ...chains().map(({ serialNumber }) => serialNumber),
      ...(["tags", "services"] as const).map((branch) =>
        readFileSync(files.authority.branches[branch].revoked, "utf8"),
      ),
    ];
    const before = all();
    const at = new Date(now.getTime() + days * DAY_MS);
    const outcome = await prepareData(files, REGISTRY, {
      now: at,
      hosts: ["new.example"],
      isClockTrusted: false,
    });
    expect(isFailure(outcome)).toBe(false);
    expect(all()).toEqual(before);
  },
);
