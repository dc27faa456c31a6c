import { createLog } from "@purrimeter/service/log";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { createClaimCode } from "@purrimeter/store/claim-code";
import { documentedPolicies } from "@purrimeter/secrets/testing/documented-policies";
import { makeVaultCertificate } from "@purrimeter/secrets/testing/vault-certificate";
import { VaultServer } from "@purrimeter/secrets/testing/vault-server";
import type { Mishap } from "@purrimeter/secrets/testing/vault-server";
import { openVault } from "@purrimeter/secrets/open-vault";
import { TransitKeyRing } from "@purrimeter/secrets/transit-key-ring";
import type { VaultSession } from "@purrimeter/secrets/vault-session";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AppType } from "./app.ts";
import { logFailure } from "./edge/log-failure.ts";
import { PROBLEM_TYPES } from "./edge/problem-types.ts";
import { makeTestApi } from "./testing/test-api.ts";
import type { TestApi, TestOwner } from "./testing/test-api.ts";
import { NOW_S } from "./testing/test-keys.ts";
import { fixAt, record } from "./testing/test-reports.ts";

/** Longer than an unwrapped key stays in memory. */
const KEYS_FORGOTTEN_MS = 300_001;

let vault: VaultServer;
let session: VaultSession;
let api: TestApi;
let app: AppType;
let mia: TestOwner;
let tag: TagId;
let logged: string;

beforeAll(async () => {
  const certificate = await makeVaultCertificate(new Date());
  vault = await VaultServer.start(certificate);
  const { roleId, secretId } = vault.addRole("cloud-api", documentedPolicies()["cloud-api"]);
  const login = { method: "approle", mount: "approle", roleId, secretId: () => secretId } as const;
  const { authority } = certificate;
  session = await openVault({ address: vault.url, authority, login });
  api = await makeTestApi({}, new TransitKeyRing(session, "transit"));
  mia = await api.owner();
  tag = await api.claimedTag(mia);
  await record(api.store, tag, [fixAt(NOW_S - 60)]);
});

afterAll(async () => {
  await api.close();
  await session.close();
  await vault.stop();
});

beforeEach(() => {
  logged = "";
  const log = createLog("cloud-api", { write: (line: string) => void (logged += line) });
  app = api.appWith({ logFailure: logFailure(log) });
});

afterEach(() => {
  vault.mishap = () => undefined;
});

async function readLatest(): Promise<Response> {
  api.nowMs += KEYS_FORGOTTEN_MS;
  const headers = { authorization: `Bearer ${mia.token}` };
  return app.request(`http://localhost/v1/tags/${tag}/locations/latest`, { headers });
}

describe("a Vault that does not hand out an owner's key", () => {
  it.each<[string, string, Mishap]>([
    ["is sealed", "VAULT_SEALED", { status: 503 }],
    ["is away", "VAULT_UNREACHABLE", "drop"],
    ["hangs", "VAULT_UNREACHABLE", "hang"],
    ["has met its rate limit", "VAULT_BUSY", { status: 429 }],
    ["denies it", "VAULT_DENIED", { status: 403 }],
    ["has a fault", "VAULT_FAULT", { status: 500 }],
    ["is none", "VAULT_BAD_ANSWER", "nonsense"],
  ])("because it %s makes reads answer 503, and the log says %s", async (_, code, mishap) => {
    vault.mishap = (path) => (path.startsWith("transit/") ? mishap : undefined);
    const answer = await readLatest();
    const text = await answer.text();
    expect([answer.status, answer.headers.get("retry-after")], text).toEqual([503, "10"]);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    const { status, title } = PROBLEM_TYPES.unavailable;
    expect(JSON.parse(text)).toMatchObject({ type: "/v1/problems/unavailable", status, title });
    const line = JSON.parse(logged) as Record<string, unknown>;
    expect(line).toMatchObject({ event: "request.failed", code, route: "/v1/tags/:id/locations/latest" });
    const server = new URL(vault.url).host;
    for (const foreign of [server, "transit", "owner-", "unwrap", "secret-in-error", mia.id, tag]) {
      expect(logged, "the log").not.toContain(foreign);
      expect(text, "the answer").not.toContain(foreign);
    }
  });

  it("loses nothing: the next read after it came back gives the location", async () => {
    vault.mishap = (path) => (path.startsWith("transit/") ? { status: 503 } : undefined);
    expect((await readLatest()).status).toBe(503);
    vault.mishap = () => undefined;
    const answer = await readLatest();
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('"lat":1')]);
    expect(logged.match(/\n/g)).toHaveLength(1);
  });

  it("makes a claim answer 503 too, and the code is good afterwards", async () => {
    const { token } = await api.owner();
    const code = createClaimCode();
    await api.store.registry.register("cat-claimed-late" as TagId, code, NOW_S as UnixSeconds);
    const claim = () => api.ask("/v1/tags/claim", { method: "POST", body: { code }, token });
    vault.mishap = (path) => (path.startsWith("transit/") ? { status: 503 } : undefined);
    expect((await claim()).status).toBe(503);
    vault.mishap = () => undefined;
    expect((await claim()).status).toBe(201);
  });
});

it("an own fault stays a 500", async () => {
  const broken = () => {
    throw new TypeError("own fault");
  };
  app = api.appWith({ forOwner: broken, logFailure: () => undefined });
  const headers = { authorization: `Bearer ${mia.token}` };
  expect((await app.request("http://localhost/v1/tags", { headers })).status).toBe(500);
});
