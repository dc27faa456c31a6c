import { systemTime } from "@purrimeter/service/system-time";
import { planFleet } from "@purrimeter/simulator/plan-fleet";
import { execFileSync } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dataFiles } from "../src/data-folder/data-files.ts";
import { newCredentials } from "../src/scenarios/demo-account.ts";
import { withRegistry } from "../src/data-folder/open-registry.ts";
import { enterOwner } from "../src/scenarios/enter-owner.ts";
import { OwnerApi } from "../src/scenarios/owner-api.ts";
import { provisionFleet } from "../src/scenarios/provision-fleet.ts";
import { liveThrough } from "./live-through.ts";
import {
  DEADLINE_MS,
  procFile,
  purrimeter,
  servicesOf,
  start,
  until,
  type Started,
} from "./running-purrimeter.ts";

const REPOSITORY = join(import.meta.dirname, "../..");
const credentials = newCredentials();
const files = dataFiles(mkdtempSync(join(tmpdir(), "purrimeter-canaries-")));

/** What must be found nowhere but where it belongs, by name. */
const canaries = new Map<string, string>();
let running: Started;

function plant(name: string, holders: readonly string[], content: string): void {
  canaries.set(`${holders[0]}/${name}`, content);
  for (const holder of holders) {
    mkdirSync(files.secrets(holder), { recursive: true, mode: 0o700 });
    writeFileSync(files.secret(holder, name), content, { mode: 0o600 });
  }
}

function plantAll(): void {
  const key = (): string => randomBytes(32).toString("hex");
  plant("database-key", ["alerts", "bridge", "cloud-api", "operator"], key());
  plant("key-ring-key", ["alerts", "bridge", "cloud-api", "operator"], key());
  plant("audit-key", ["alerts", "auth", "bridge", "cloud-api", "operator"], key());
  plant("cursor-key", ["cloud-api"], key());
  plant("database-key", ["auth"], key());
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  plant("signing-key.pem", ["auth"], privateKey.export({ type: "pkcs8", format: "pem" }) as string);
  plant("mail-key", ["notifier"], key());
  const pushKeys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  plant(
    "vapid-key.pem",
    ["notifier"],
    pushKeys.privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  );
  for (const holder of ["alerts", "auth", "bridge", "cloud-api", "notifier", "operator"] as const)
    plant("vault-secret-id", [holder], `canary-${key()}`);
}

/** A register, a claim, reports, a read and a rotation, with production's own keys all the way. */
async function live(): Promise<void> {
  const owner = new OwnerApi(running.ready.api, readFileSync(running.ready.ca, "utf8"), systemTime);
  expect(await enterOwner(owner, files, { credentials, isNew: true }, systemTime)).toEqual({});
  const login = await owner.call("POST", "/v1/auth/login", credentials);
  for (const [name, value] of Object.entries(login as Record<string, unknown>))
    if (typeof value === "string" && value.length > 20) canaries.set(`login/${name}`, value);
  const endsAt = Math.floor(Date.now() / 1_000);
  const planned = planFleet({ tags: 1, seed: 3, endsAt, durationS: 7_200 });
  const provisioned = await withRegistry(files, systemTime, async (registry) => {
    await provisionFleet(planned, registry, owner, systemTime);
    return {};
  });
  expect(provisioned).toEqual({});
  const { summary } = await liveThrough(planned, running, files.authority, endsAt);
  expect(summary.acknowledged).toBeGreaterThan(0);
  await expectLocations(owner);
  const rotated = await purrimeter("keys", "rotate", "--all", "--data", files.folder, "--json");
  expect(rotated).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(rotated.stdout.trim().split("\n").at(-1) ?? "")).toMatchObject({
    owners: 1,
    resumed: false,
  });
  await expectLocations(owner);
  owner.close();
}

async function expectLocations(owner: OwnerApi): Promise<void> {
  const [tag] = await owner.tags();
  const page = await owner.call("GET", `/v1/tags/${tag?.id}/locations?from=2000-01-01T00:00:00Z`);
  expect((page as { items: unknown[] }).items.length).toBeGreaterThan(0);
}

beforeAll(async () => {
  plantAll();
  running = await start(files.folder, "--production");
  for (const service of ["alerts", "auth", "bridge", "cloud-api", "notifier"] as const)
    canaries.set(`${service}/tls-key.pem`, readFileSync(files.secret(service, "tls-key.pem"), "utf8"));
  canaries.set("password", credentials.password);
  await live();
}, 2 * DEADLINE_MS);

afterAll(async () => {
  running.process.kill("SIGTERM");
  await once(running.process, "exit");
  await until(() => servicesOf(files.folder).length === 0);
  rmSync(files.folder, { recursive: true });
});

/** How a secret could show: as it is, and a key as its bytes or in base64 too; of a PEM, a line of its middle. */
function shapes(secret: string): Buffer[] {
  const lines = secret.trim().split("\n");
  const text = lines[lines.length >> 1] ?? "";
  const texts = [text, Buffer.from(text).toString("base64").replace(/=+$/, "").slice(0, -2)];
  if (!/^[0-9a-f]{64}$/.test(text)) return texts.map((one) => Buffer.from(one));
  const bytes = Buffer.from(text, "hex");
  texts.push(
    text.toUpperCase(),
    bytes.toString("base64").slice(0, 42),
    bytes.toString("base64url").slice(0, 42),
  );
  return [...texts.map((one) => Buffer.from(one)), bytes];
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Which canaries a content holds. */
function found(content: Buffer): string[] {
  return [...canaries]
    .filter(([, secret]) => shapes(secret).some((shape) => content.includes(shape)))
    .map(([name]) => name);
}

function foundIn(paths: readonly string[]): string[] {
  return paths.flatMap((path) => found(readFileSync(path)).map((name) => `${name} in ${path}`));
}

test("the scan finds every planted secret where it belongs", () => {
  const seen = new Set(
    filesBelow(join(files.folder, "secrets")).flatMap((path) => found(readFileSync(path))),
  );
  const planted = [...canaries.keys()].filter((name) => !/^(login|password)/.test(name));
  expect(planted.length).toBeGreaterThanOrEqual(12);
  expect([...seen].toSorted()).toEqual(planted.toSorted());
  const key = canaries.get("cloud-api/cursor-key") ?? "";
  expect(found(Buffer.from(key, "hex"))).toEqual(["cloud-api/cursor-key"]);
  expect(found(Buffer.from(`x${Buffer.from(key, "hex").toString("base64")}`))).toEqual([
    "cloud-api/cursor-key",
  ]);
  expect([...canaries.keys()]).toEqual(expect.arrayContaining(["login/accessToken", "password"]));
});

test("each process's folder holds its own secrets only", () => {
  const held = (holder: string): string[] => readdirSync(files.secrets(holder)).toSorted();
  const locations = ["audit-key", "database-key", "key-ring-key", "tls-key.pem", "vault-secret-id"];
  for (const holder of ["alerts", "bridge"]) expect(held(holder)).toEqual(locations);
  const accounts = ["audit-key", "database-key", "signing-key.pem", "tls-key.pem", "vault-secret-id"];
  expect(held("auth")).toEqual(accounts);
  expect(held("notifier")).toEqual(["mail-key", "tls-key.pem", "vapid-key.pem", "vault-secret-id"]);
  // The audit key is each process's own copy of one value.
  expect(foundIn(filesBelow(files.secrets("bridge")))).not.toContainEqual(
    expect.stringMatching(/^auth\/(?!audit-key)/),
  );
  expect(found(readFileSync(files.secret("auth", "database-key")))).toEqual(["auth/database-key"]);
});

test("environments and command lines of all processes hold none", () => {
  const pids = [...servicesOf(files.folder).map(({ pid }) => pid), running.process.pid ?? 0];
  expect(pids).toHaveLength(6);
  for (const pid of pids) {
    const line = procFile(pid, "cmdline");
    expect(line).not.toBe("");
    expect(found(Buffer.from(line + procFile(pid, "environ"), "latin1")), line).toEqual([]);
  }
});

test("neither logs nor anything else in the data folder hold one", () => {
  const outside = filesBelow(files.folder).filter((path) => !path.startsWith(join(files.folder, "secrets")));
  expect(outside).toEqual(
    expect.arrayContaining([
      files.locations,
      files.accounts,
      files.keyRing,
      ...["alerts", "auth", "bridge", "cloud-api", "notifier", "keys"].map((name) =>
        join(files.log, `${name}.log`),
      ),
      files.config("bridge"),
    ]),
  );
  expect(foundIn(outside)).toEqual([]);
});

test("the repository's files hold none, and no private key at all", () => {
  if (!existsSync(join(REPOSITORY, ".git"))) {
    console.log("no git repository: its files are not scanned");
    return;
  }
  const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: REPOSITORY, encoding: "utf8" });
  const paths = tracked.split("\0").filter((path) => path !== "" && existsSync(join(REPOSITORY, path)));
  expect(paths.length).toBeGreaterThan(100);
  const absolute = paths.map((path) => join(REPOSITORY, path));
  expect(foundIn(absolute)).toEqual([]);
  const key = /-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/]{40}/;
  expect(absolute.filter((path) => key.test(readFileSync(path, "latin1")))).toEqual([]);
});
