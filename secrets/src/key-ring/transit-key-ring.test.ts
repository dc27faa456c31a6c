import { randomBytes } from "node:crypto";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { describeKeyRingContract } from "./key-ring.contract.ts";
import { documentedPolicies, type PolicyHolder } from "../testing/documented-policies.ts";
import { makeVaultCertificate, type VaultCertificate } from "../testing/vault-certificate.ts";
import { VaultServer, type Capability, type Policy } from "../testing/vault-server.ts";
import { openVault } from "../vault/open-vault.ts";
import { TransitKeyRing } from "./transit-key-ring.ts";
import type { VaultError } from "../vault/vault-error.ts";
import type { VaultSession } from "../vault/vault-session.ts";

const ADA = "ada";

const POLICIES = documentedPolicies();

let certificate: VaultCertificate;
beforeAll(async () => {
  certificate = await makeVaultCertificate(new Date());
});

async function openRing(
  server: VaultServer,
  policy: Policy,
): Promise<{ ring: TransitKeyRing; session: VaultSession }> {
  const { roleId, secretId } = server.addRole("app", policy);
  const login = { method: "approle", mount: "approle", roleId, secretId: () => secretId } as const;
  const { authority } = certificate;
  const session = await openVault({ address: server.url, authority, login });
  return { ring: new TransitKeyRing(session, "transit"), session };
}

describeKeyRingContract("Vault Transit", async () => {
  const server = await VaultServer.start(certificate);
  const everything: Record<string, Capability[]> = {};
  for (const policy of Object.values(POLICIES))
    for (const [path, capabilities] of Object.entries(policy))
      everything[path] = [...(everything[path] ?? []), ...capabilities];
  const [one, two] = [await openRing(server, everything), await openRing(server, everything)];
  return {
    ring: one.ring,
    second: two.ring,
    close: async () => {
      await one.session.close();
      await two.session.close();
      await server.stop();
    },
  };
});

let server: VaultServer;
const sessions: VaultSession[] = [];
beforeEach(async () => {
  server = await VaultServer.start(certificate);
});
afterEach(async () => {
  server.mishap = () => undefined;
  for (const session of sessions.splice(0)) await session.close();
  await server.stop();
});

async function ringOf(process: PolicyHolder): Promise<TransitKeyRing> {
  const { ring, session } = await openRing(server, POLICIES[process]);
  sessions.push(session);
  return ring;
}

async function faultOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    (value) => value,
    (thrown: unknown) => thrown,
  );
  return (error as VaultError).fault ?? String(error);
}

test("each process can do what it does, and no more", async () => {
  const [api, bridge, operator] = [
    await ringOf("cloud-api"),
    await ringOf("bridge"),
    await ringOf("operator"),
  ];
  await api.create(ADA);
  const fresh = await api.generate(ADA);
  if (fresh === "unknown-owner") throw new Error("made just now");
  expect(await bridge.unwrap(ADA, fresh.wrapped)).toEqual(fresh.key);
  await operator.rotate(ADA);
  const rewrapped = (await operator.rewrap(ADA, fresh.wrapped)) as Buffer;
  expect(await bridge.unwrap(ADA, rewrapped)).toEqual(fresh.key);
  expect(await operator.owners()).toEqual([ADA]);
  for (const denied of [
    () => operator.unwrap(ADA, rewrapped),
    () => operator.destroy(ADA),
    () => bridge.create("bob"),
    () => bridge.destroy(ADA),
    () => bridge.rotate(ADA),
    () => bridge.owners(),
    () => api.owners(),
    () => api.rotate(ADA),
  ])
    expect(await faultOf(denied()), String(denied)).toBe("denied");
  await api.destroy(ADA);
  expect(await bridge.unwrap(ADA, rewrapped)).toBe("unknown-owner");
});

test.each([
  ["drop", "unreachable"],
  ["nonsense", "bad-answer"],
  [{ status: 403 }, "denied"],
  [{ status: 404 }, "no-such-mount"],
  [{ status: 503 }, "sealed"],
  [{ status: 500 }, "fault"],
] as const)("a Vault in trouble (%j) is a fault, never an owner who was erased", async (mishap, fault) => {
  const ring = await ringOf("cloud-api");
  await ring.create(ADA);
  server.mishap = (path) => (path.startsWith("transit/") ? mishap : undefined);
  const wrapped = Buffer.from(`vault:v1:${randomBytes(60).toString("base64")}`);
  for (const work of [() => ring.unwrap(ADA, wrapped), () => ring.destroy(ADA)])
    expect(await faultOf(work())).toBe(fault);
});

test("a refusal whose reason cannot be looked up is a fault", async () => {
  const ring = await ringOf("cloud-api");
  server.mishap = (path) => (path === "transit/keys/owner-ada" ? "drop" : undefined);
  expect(await faultOf(ring.unwrap(ADA, randomBytes(64)))).toBe("unreachable");
});

test("two who destroy at once both succeed", async () => {
  const [one, two] = [await ringOf("cloud-api"), await ringOf("cloud-api")];
  await one.create(ADA);
  await Promise.all([one.destroy(ADA), two.destroy(ADA)]);
  expect(await one.version(ADA)).toBe("unknown-owner");
});

test("an id that is none of an owner asks nothing", async () => {
  const ring = await ringOf("cloud-api");
  const before = server.asked.length;
  for (const id of ["../sys/seal", "a/b", "", "a?b", "-a"])
    await expect(ring.create(id)).rejects.toThrow(RangeError);
  expect(server.asked).toHaveLength(before);
});
