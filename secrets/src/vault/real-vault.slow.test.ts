import { request } from "node:https";
import { request as plainRequest } from "node:http";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeKeyRingContract } from "../key-ring/key-ring.contract.ts";
import { openVault } from "./open-vault.ts";
import { TransitKeyRing } from "../key-ring/transit-key-ring.ts";
import { readVaultSecrets } from "./vault-secrets.ts";
import type { VaultSession } from "./vault-session.ts";

/**
 * The same against a Vault or OpenBao that runs. It makes engines, a role and keys, so give it one for development:
 *   vault server -dev -dev-root-token-id=root      (or: bao server -dev -dev-root-token-id=root)
 *   VAULT_ADDR=http://127.0.0.1:8200 VAULT_TOKEN=root npx vitest run --project slow secrets/src/vault/
 * Without VAULT_ADDR it is no part of the suite.
 * VAULT_CACERT names a PEM of its authority, VAULT_NAMESPACE a namespace.
 */
const { VAULT_ADDR, VAULT_TOKEN, VAULT_CACERT, VAULT_NAMESPACE } = process.env;
if (VAULT_TOKEN === undefined) throw new Error("VAULT_TOKEN is not set");

const authority = VAULT_CACERT === undefined ? undefined : readFileSync(VAULT_CACERT, "utf8");
const mount = `purrimeter-test-${Date.now()}`;
const POLICY = `
path "${mount}/keys" { capabilities = ["list"] }
path "${mount}/keys/*" { capabilities = ["create", "read", "update", "delete"] }
path "${mount}/datakey/plaintext/+" { capabilities = ["update"] }
path "${mount}/decrypt/+" { capabilities = ["update"] }
path "${mount}/rewrap/+" { capabilities = ["update"] }
path "${mount}-kv/data/purrimeter/bridge" { capabilities = ["read"] }
`;

/** As an operator sets a Vault up. */
function set(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>();
  const url = new URL(`/v1/${path}`, VAULT_ADDR);
  const headers = {
    "x-vault-token": VAULT_TOKEN ?? "",
    ...(VAULT_NAMESPACE === undefined ? {} : { "x-vault-namespace": VAULT_NAMESPACE }),
  };
  const send = url.protocol === "https:" ? request : plainRequest;
  const sent = send(url, { method, headers, ...(authority && { ca: authority }) }, (response) => {
    let text = "";
    response.on("data", (chunk: Buffer) => (text += chunk.toString()));
    response.on("end", () => {
      if ((response.statusCode ?? 500) >= 300) reject(new Error(`${method} ${path}: ${response.statusCode}`));
      else resolve(text === "" ? {} : (JSON.parse(text) as Record<string, unknown>));
    });
  });
  sent.on("error", reject);
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  return promise;
}

let roleId = "";
let secretId = "";

async function open(): Promise<VaultSession> {
  const login = { method: "approle", mount, roleId, secretId: () => secretId } as const;
  return openVault({ address: VAULT_ADDR ?? "", authority, namespace: VAULT_NAMESPACE, login });
}

describe("a real Vault", () => {
  beforeAll(async () => {
    await set("POST", `sys/mounts/${mount}`, { type: "transit" });
    await set("POST", `sys/mounts/${mount}-kv`, { type: "kv", options: { version: "2" } });
    await set("POST", `sys/auth/${mount}`, { type: "approle" });
    await set("POST", `sys/policies/acl/${mount}`, { policy: POLICY });
    await set("POST", `auth/${mount}/role/app`, {
      token_policies: [mount],
      token_ttl: "60s",
      token_max_ttl: "5m",
    });
    const role = (await set("GET", `auth/${mount}/role/app/role-id`)) as { data: { role_id: string } };
    const secret = (await set("POST", `auth/${mount}/role/app/secret-id`)) as { data: { secret_id: string } };
    roleId = role.data.role_id;
    secretId = secret.data.secret_id;
  });
  afterAll(async () => {
    for (const path of [`mounts/${mount}`, `mounts/${mount}-kv`, `auth/${mount}`, `policies/acl/${mount}`])
      await set("DELETE", `sys/${path}`);
  });

  describeKeyRingContract("Transit", async () => {
    const [one, two] = [await open(), await open()];
    const rings = [new TransitKeyRing(one, mount), new TransitKeyRing(two, mount)] as const;
    for (const owner of await rings[0].owners()) await rings[0].destroy(owner);
    return {
      ring: rings[0],
      second: rings[1],
      close: async () => {
        await one.close();
        await two.close();
      },
    };
  });

  test("reads a process's secrets, and not those that are not its own", async () => {
    await set("POST", `${mount}-kv/data/purrimeter/bridge`, { data: { "cursor-key": "x" } });
    const session = await open();
    const find = await readVaultSecrets(session, { mount: `${mount}-kv`, path: "purrimeter/bridge" });
    expect(find("cursor-key")?.toString()).toBe("x");
    await expect(
      readVaultSecrets(session, { mount: `${mount}-kv`, path: "purrimeter/auth" }),
    ).rejects.toMatchObject({ fault: "denied" });
    await session.close();
  });

  test("a wrong secret id is refused", async () => {
    const login = { method: "approle", mount, roleId, secretId: () => "guess" } as const;
    await expect(openVault({ address: VAULT_ADDR ?? "", authority, login })).rejects.toMatchObject({
      fault: "login-refused",
    });
  });
});
