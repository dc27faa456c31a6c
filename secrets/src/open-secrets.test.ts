import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openSecrets, type Secrets } from "./open-secrets.ts";
import { SecretError } from "./sources/secret-source.ts";
import { makeVaultCertificate, type VaultCertificate } from "./testing/vault-certificate.ts";
import { VaultServer, type Policy } from "./testing/vault-server.ts";

const KEY = "ab".repeat(32);
const POLICY: Policy = { "secret/data/purrimeter/bridge": ["read"], "transit/keys/+": ["update", "read"] };

let certificate: VaultCertificate;
let folder: string;
let server: VaultServer;
beforeAll(async () => {
  certificate = await makeVaultCertificate(new Date());
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-secrets-"));
  mkdirSync(join(folder, "credentials"), { mode: 0o700 });
  writeFileSync(join(folder, "vault.pem"), certificate.authority);
  server = await VaultServer.start(certificate);
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

function put(name: string, content: string): void {
  writeFileSync(join(folder, "credentials", name), content, { mode: 0o600 });
}

function open(config: unknown): Promise<Secrets> {
  return openSecrets({ process: "bridge", config, credentials: join(folder, "credentials") });
}

/** The `vault` of a configuration for a new role. */
function vault(change: object = {}): Record<string, unknown> {
  const { roleId, secretId } = server.addRole("bridge", POLICY);
  put("vault-secret-id", `${secretId}\n`);
  return {
    address: server.url,
    authority: join(folder, "vault.pem"),
    login: { method: "approle", roleId },
    secrets: { path: "purrimeter/bridge" },
    ...change,
  };
}

test("without a word about secrets they are files", async () => {
  put("database-key", KEY);
  const secrets = await open(undefined);
  expect(secrets.readKey("database-key")).toEqual(Buffer.alloc(32, 0xab));
  await secrets.reload();
  await secrets.close();
});

describe("from Vault", () => {
  test("all are read at start with a token that ends then; what is not there is a file", async () => {
    server.putSecret("purrimeter/bridge", { "database-key": KEY });
    put("database-key", "of another time");
    put("tls-key.pem", "a file");
    const secrets = await open({ vault: vault() });
    expect(server.livingTokens).toBe(0);
    expect(secrets.readKey("database-key")).toEqual(Buffer.alloc(32, 0xab));
    expect(secrets.read("tls-key.pem").toString()).toBe("a file");
    expect([secrets.has("cursor-key"), secrets.has("database-key")]).toEqual([false, true]);
    secrets.read("database-key").fill(0);
    expect(secrets.readKey("database-key")).toEqual(Buffer.alloc(32, 0xab));
  });

  test("reading anew takes what was changed, and a Vault that is away changes nothing", async () => {
    server.putSecret("purrimeter/bridge", { "cursor-key": "old" });
    const secrets = await open({ vault: vault() });
    server.putSecret("purrimeter/bridge", { "cursor-key": "new" });
    expect(secrets.read("cursor-key").toString()).toBe("old");
    await secrets.reload();
    expect(secrets.read("cursor-key").toString()).toBe("new");
    server.health = 503;
    await expect(secrets.reload()).rejects.toThrow("is sealed");
    expect(secrets.read("cursor-key").toString()).toBe("new");
  });

  test("a process with a JSON web token needs no secret of its own", async () => {
    server.putSecret("purrimeter/bridge", { "cursor-key": "x" });
    const { jwt } = server.addRole("bridge-pod", POLICY);
    const jwtFile = join(folder, "jwt");
    writeFileSync(jwtFile, jwt, { mode: 0o644 });
    const login = { method: "jwt", role: "bridge-pod", jwtFile };
    const secrets = await open({ vault: { ...vault(), login } });
    expect(secrets.read("cursor-key").toString()).toBe("x");
    await expect(open({ vault: { ...vault(), login: { ...login, jwtFile: "/no/such" } } })).rejects.toThrow(
      "the token /no/such cannot be read (ENOENT)",
    );
  });

  test("a deleted secret is none", async () => {
    server.putSecret("purrimeter/bridge", "deleted");
    const secrets = await open({ vault: vault() });
    expect(() => secrets.read("database-key")).toThrow(
      'secret "database-key" in Vault (secret/purrimeter/bridge) and files is missing',
    );
  });

  test("a process cannot read another one's", async () => {
    server.putSecret("purrimeter/auth", { "signing-key.pem": "x" });
    await expect(open({ vault: vault({ secrets: { path: "purrimeter/auth" } }) })).rejects.toThrow(
      "denies it",
    );
    expect(server.livingTokens).toBe(0);
  });

  test("owners' keys in Transit keep the session until it is closed", async () => {
    const secrets = await open({ vault: vault({ secrets: undefined, ownerKeys: {} }) });
    await secrets.keyRing("/nowhere").create("ada");
    expect(await secrets.keyRing("/nowhere").version("ada")).toBe(1);
    expect(server.livingTokens).toBe(1);
    await secrets.close();
    expect(server.livingTokens).toBe(0);
  });

  test.each([
    [{ "database-key": 5 }, 'secret "database-key"'],
    [{ "database-key": "x".repeat(70_000) }, "is larger than 65536 bytes"],
  ])("fields that are no secrets are refused, unseen (%#)", async (fields, message) => {
    server.putSecret("purrimeter/bridge", fields);
    await expect(open({ vault: vault() })).rejects.toThrow(message);
    expect(server.livingTokens).toBe(0);
  });

  test.each([
    [503, "is sealed; unseal it"],
    [501, "is not active"],
    [472, "is not active"],
  ])("a Vault whose health is %d says so before any login", async (health, message) => {
    server.health = health;
    await expect(open({ vault: vault() })).rejects.toThrow(message);
    expect(server.asked.filter((line) => line.includes("login"))).toEqual([]);
  });

  test("a standby that forwards is good", async () => {
    server.health = 429;
    await (await open({ vault: vault() })).close();
  });

  test("a missing secret id names its file", async () => {
    const config = { vault: vault() };
    rmSync(join(folder, "credentials", "vault-secret-id"));
    await expect(open(config)).rejects.toThrow('secret "vault-secret-id" in');
  });
});

test.each([
  [[], "secrets: This must be an object."],
  [{ folder: 5 }, "secrets.folder: This must be a string."],
  [{ vualt: {} }, "secrets.vualt: There is no such field."],
  [{ refuseGenerated: "yes" }, "secrets.refuseGenerated: This must be a boolean."],
  [
    { vault: {} },
    "secrets.vault.address: This field is required.; secrets.vault.login: This field is required.",
  ],
  [{ vault: { address: "https://v" } }, "secrets.vault.login: This field is required."],
  [
    { vault: { address: "https://v", login: { method: "userpass" } } },
    'secrets.vault.login.method: This must be "approle" or "jwt".',
  ],
  [
    { vault: { address: "https://v", login: { method: "jwt", role: "x" } } },
    "secrets.vault.login.jwtFile: This field is required.",
  ],
  [
    {
      vault: {
        address: "https://v",
        login: { method: "approle", roleId: "x" },
        secrets: { path: "../sys/seal" },
      },
    },
    "secrets.vault.secrets.path: This must be a path of letters, digits, -, _ and /.",
  ],
])("a wrong configuration is named by its field: %j", async (config, message) => {
  await expect(open(config)).rejects.toThrow(new SecretError(message));
});
