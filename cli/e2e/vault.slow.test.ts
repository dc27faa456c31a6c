import { systemTime } from "@purrimeter/service/system-time";
import { utcSeconds } from "../src/terminal/utc.ts";
import type { TagId } from "@purrimeter/protocol/values";
import { createClaimCode } from "@purrimeter/store/claim-code";
import { documentedPolicies } from "@purrimeter/secrets/testing/documented-policies";
import { makeVaultCertificate } from "@purrimeter/secrets/testing/vault-certificate";
import { VaultServer } from "@purrimeter/secrets/testing/vault-server";
import { planFleet } from "@purrimeter/simulator/plan-fleet";
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
import { DEADLINE_MS, purrimeter, servicesOf, start, until, type Started } from "./running-purrimeter.ts";

const POLICIES = documentedPolicies();
type Holder = keyof typeof POLICIES;

const files = dataFiles(mkdtempSync(join(tmpdir(), "purrimeter-vault-")));
let vault: VaultServer;
let running: Started;

function secretsOf(): Record<Holder, Record<string, string>> {
  const key = (): string => randomBytes(32).toString("hex");
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const signingKey = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  const pushKeys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const vapidKey = pushKeys.privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  const auditKey = { "audit-key": key() };
  const locations = { ...auditKey, "database-key": key() };
  return {
    auth: { ...auditKey, "database-key": key(), "signing-key.pem": signingKey },
    alerts: locations,
    bridge: locations,
    "cloud-api": { ...locations, "cursor-key": key() },
    notifier: { "mail-key": key(), "vapid-key.pem": vapidKey },
    operator: locations,
  };
}

beforeAll(async () => {
  const certificate = await makeVaultCertificate(new Date());
  vault = await VaultServer.start(certificate);
  const authority = join(files.folder, "vault-authority.pem");
  writeFileSync(authority, certificate.authority);
  const processes: Record<string, object> = {};
  for (const [name, secrets] of Object.entries(secretsOf()) as [Holder, Record<string, string>][]) {
    vault.putSecret(`purrimeter/${name}`, secrets);
    const { roleId, secretId } = vault.addRole(name, POLICIES[name], { ttlS: 60 });
    mkdirSync(files.secrets(name), { recursive: true, mode: 0o700 });
    writeFileSync(files.secret(name, "vault-secret-id"), secretId, { mode: 0o600 });
    const login = { method: "approle", roleId };
    processes[name] = { login, secrets: { path: `purrimeter/${name}` } };
  }
  writeFileSync(files.vault, JSON.stringify({ address: vault.url, authority, ownerKeys: {}, processes }));
  running = await start(files.folder, "--production");
}, DEADLINE_MS);

afterAll(async () => {
  running.process.kill("SIGTERM");
  await once(running.process, "exit");
  await until(() => servicesOf(files.folder).length === 0);
  await vault.stop();
  rmSync(files.folder, { recursive: true });
});

test("keys lie in Vault only", () => {
  expect(existsSync(files.keyRing)).toBe(false);
  expect(readdirSync(files.secrets("bridge")).toSorted()).toEqual(["tls-key.pem", "vault-secret-id"]);
  for (const name of ["alerts", "auth", "bridge", "cloud-api", "notifier"])
    expect(vault.asked).toContain(`GET secret/data/purrimeter/${name}`);
  // The bridge, the API and alerts stay logged in for the owners' keys; the authentication service does not.
  expect(vault.livingTokens).toBe(3);
});

test(
  "an owner's locations are sealed, read and rotated with keys of Transit",
  async () => {
    const owner = new OwnerApi(running.ready.api, readFileSync(running.ready.ca, "utf8"), systemTime);
    expect(
      await enterOwner(owner, files, { credentials: newCredentials(), isNew: true }, systemTime),
    ).toEqual({});
    const endsAt = Math.floor(Date.now() / 1_000);
    const planned = planFleet({ tags: 2, seed: 3, endsAt, durationS: 7_200 });
    await withRegistry(files, systemTime, (registry) =>
      provisionFleet(planned, registry, owner, systemTime).then(() => ({})),
    );
    const lived = await liveThrough(planned, running, files.authority, endsAt);
    expect(lived.outcome).toBe("complete");
    const read = async (): Promise<number> => {
      const [tag] = await owner.tags();
      const page = await owner.call("GET", `/v1/tags/${tag?.id}/locations?from=2000-01-01T00:00:00Z`);
      return (page as { items: unknown[] }).items.length;
    };
    expect(await read()).toBeGreaterThan(0);
    vault.revokeTokens();
    const rotated = await purrimeter("keys", "rotate", "--all", "--data", files.folder, "--json");
    expect(rotated).toMatchObject({ code: 0, stderr: "" });
    expect(vault.asked.filter((line) => line.startsWith("POST transit/rewrap/")).length).toBeGreaterThan(0);
    expect(await read()).toBeGreaterThan(0);
    expect(vault.asked.filter((line) => line.startsWith("POST transit/decrypt/")).length).toBeGreaterThan(0);
    expect(vault.asked.filter((line) => line.includes("transit/encrypt/"))).toEqual([]);
    owner.close();
  },
  DEADLINE_MS,
);

test(
  "a Vault that is sealed meanwhile makes what needs a key answer 503, and what it held up is done later",
  async () => {
    const owner = new OwnerApi(running.ready.api, readFileSync(running.ready.ca, "utf8"), systemTime);
    const credentials = { email: "eve@example.org", password: newCredentials().password };
    expect(await enterOwner(owner, files, { credentials, isNew: true }, systemTime)).toEqual({});
    const { id } = (await owner.call("GET", "/v1/auth/account")) as { id: string };
    const [first, second] = [createClaimCode(), createClaimCode()];
    await withRegistry(files, systemTime, async (registry) => {
      await registry.register("cat-one" as TagId, first, utcSeconds(systemTime));
      await registry.register("cat-two" as TagId, second, utcSeconds(systemTime));
      return {};
    });

    await owner.claim(first, "One");
    vault.health = 503;
    await expect(owner.claim(second, "Two")).rejects.toMatchObject({ status: 503 });

    // A line reaches its file after the answer reaches its reader.
    await until(() => linesOfApi().some((line) => line["event"] === "request.failed"));
    const [failure] = linesOfApi().filter((line) => line["event"] === "request.failed");
    expect(failure).toMatchObject({ code: "VAULT_SEALED", route: "/v1/tags/claim" });
    expect(JSON.stringify(failure)).not.toContain(new URL(vault.url).host);
    // The account is closed at once; its key can be destroyed only later.
    expect(await owner.call("DELETE", "/v1/account", { password: credentials.password })).toBeUndefined();

    await expect(owner.tags()).rejects.toMatchObject({ status: 401 });

    await until(() => linesOfApi().some((line) => line["event"] === "erasure.left-over"));
    expect(linesOfApi()).toContainEqual(
      expect.objectContaining({ event: "erasure.left-over", code: "VAULT_SEALED" }),
    );
    vault.health = 200;
    expect(await ownersWithKeys()).toContain(id);
    process.kill(servicesOf(files.folder).find(({ name }) => name === "cloud-api")?.pid ?? 0, "SIGKILL");
    await until(async () => !(await ownersWithKeys()).includes(id));
    // The token of the API that was killed lives on until it ends by itself.
    vault.revokeTokens();
    owner.close();
  },
  2 * DEADLINE_MS,
);

function linesOfApi(): Record<string, unknown>[] {
  const text = readFileSync(join(files.folder, "log", "cloud-api.log"), "utf8");
  return text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

async function ownersWithKeys(): Promise<string[]> {
  const { stdout } = await purrimeter("keys", "list", "--data", files.folder, "--json");
  const lines = stdout.split("\n").filter((line) => line !== "");
  return lines.map((line) => (JSON.parse(line) as { owner: string }).owner);
}

test(
  "a start on a sealed Vault says so in one line",
  async () => {
    running.process.kill("SIGTERM");
    await once(running.process, "exit");
    vault.health = 503;
    const args = ["start", "--data", files.folder, "--port", "0", "--mqtt-port", "0", "--log-files"];
    const { code, stderr } = await purrimeter(...args);
    expect([code, stderr]).toEqual([
      1,
      `purrimeter: bridge: Vault at ${new URL(vault.url).host}, asked to log in, is sealed; unseal it\n`,
    ]);
    vault.health = 200;
    running = await start(files.folder);
    expect(vault.livingTokens).toBe(3);
  },
  DEADLINE_MS,
);
