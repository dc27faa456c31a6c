import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { makeVaultCertificate, type VaultCertificate } from "../testing/vault-certificate.ts";
import { VaultServer } from "../testing/vault-server.ts";
import { VaultError } from "./vault-error.ts";
import { vaultHealth } from "./vault-health.ts";
import { VaultHttp } from "./vault-http.ts";
import { VaultSession, type VaultClock } from "./vault-session.ts";

const READ = { asked: "read it", method: "GET", path: "secret/data/app" } as const;
const POLICY = { "secret/data/app": ["read"], "transit/keys/+/rotate": ["update"] } as const;

let certificate: VaultCertificate;
let server: VaultServer;
let clock: TestClock;
let session: VaultSession | undefined;
const faults: VaultError[] = [];

/** Time that passes when it is told to; nobody waits for an answer. */
class TestClock implements VaultClock {
  nowMs = 0;
  readonly #waiting = new Set<{ atMs: number; work: () => void }>();

  monotonicMs(): number {
    return this.nowMs;
  }

  after(ms: number, work: () => void): () => void {
    const entry = { atMs: this.nowMs + ms, work };
    this.#waiting.add(entry);
    return () => void this.#waiting.delete(entry);
  }

  sleep(): Promise<void> {
    return Promise.resolve();
  }

  /** Lets time pass here and at the server, and waits for what that starts. */
  async pass(s: number): Promise<void> {
    this.nowMs += s * 1_000;
    server.aheadMs += s * 1_000;
    const before = server.asked.length;
    const due = [...this.#waiting].filter(({ atMs }) => atMs <= this.nowMs);
    for (const entry of due) this.#waiting.delete(entry);
    for (const { work } of due) work();
    if (due.length > 0) await expect.poll(() => server.asked.length).toBeGreaterThan(before);
  }

  get nextInS(): number {
    return Math.min(...[...this.#waiting].map(({ atMs }) => (atMs - this.nowMs) / 1_000));
  }
}

beforeAll(async () => {
  certificate = await makeVaultCertificate(new Date());
});
beforeEach(async () => {
  server = await VaultServer.start(certificate);
  server.putSecret("app", { colour: "tabby" });
  clock = new TestClock();
  faults.length = 0;
});
afterEach(async () => {
  server.mishap = () => undefined;
  await session?.close();
  session = undefined;
  await server.stop();
});
afterAll(() => vi.useRealTimers());

async function open(
  lease?: { ttlS?: number; maxTtlS?: number; renewable?: boolean },
  change: object = {},
  way: object = {},
): Promise<VaultSession> {
  const { roleId, secretId } = server.addRole("app", POLICY, lease);
  session = await VaultSession.open({
    http: http(way),
    login: { method: "approle", mount: "approle", roleId, secretId: () => secretId, ...change },
    clock,
    onFault: (error) => faults.push(error),
  });
  return session;
}

function http(change: object = {}): VaultHttp {
  return new VaultHttp({
    url: server.url,
    authority: certificate.authority,
    namespace: "cats",
    ...change,
  });
}

async function colour(of: VaultSession): Promise<unknown> {
  const { data } = (await of.ask(READ)) as { data: { data: { colour: string } } };
  return data.data.colour;
}

async function faultOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(VaultError);
  return (error as VaultError).fault;
}

function count(asked: string): number {
  return server.asked.filter((line) => line === asked).length;
}

test("logs in with a role and reads, in its namespace", async () => {
  expect(await colour(await open())).toBe("tabby");
  expect([...server.namespaces]).toEqual(["cats"]);
});

test("logs in with a JSON web token, read anew for every login", async () => {
  const role = server.addRole("app", POLICY);
  const jwt = vi.fn(() => role.jwt);
  const login = { method: "jwt", mount: "jwt", role: "app", jwt } as const;
  session = await VaultSession.open({ http: http(), login, clock });
  expect(await colour(session)).toBe("tabby");
  server.revokeTokens();
  expect(await colour(session)).toBe("tabby");
  expect(jwt).toHaveBeenCalledTimes(2);
});

test("renews its token in time for as long as that lasts, and logs in again at the end", async () => {
  const opened = await open({ ttlS: 900, maxTtlS: 3_600 });
  for (let s = 0; s < 36_000; s += 150) {
    await clock.pass(150);
    expect(await colour(opened)).toBe("tabby");
  }
  expect(count("POST auth/approle/login")).toBeGreaterThan(8);
  expect(count("POST auth/approle/login")).toBeLessThan(20);
  expect(count("POST auth/token/renew-self")).toBeGreaterThan(30);
  expect(count("GET auth/token/lookup-self")).toBe(0);
});

test("a token that cannot be renewed is replaced before it ends", async () => {
  const opened = await open({ ttlS: 900, renewable: false });
  expect(clock.nextInS).toBe(600);
  await clock.pass(600);
  await expect.poll(() => count("POST auth/approle/login")).toBe(2);
  expect(await colour(opened)).toBe("tabby");
  expect(count("POST auth/token/renew-self")).toBe(0);
});

test("when renewal and login fail it says so, tries again later, and works again", async () => {
  const opened = await open({ ttlS: 900 });
  server.mishap = (path) => (path.startsWith("auth/") ? "drop" : undefined);
  await clock.pass(600);
  await expect.poll(() => faults.map(({ fault }) => fault)).toEqual(["unreachable"]);
  expect(await colour(opened)).toBe("tabby");
  expect(clock.nextInS).toBe(1);
  await clock.pass(1);
  await expect.poll(() => faults).toHaveLength(2);
  expect(clock.nextInS).toBe(2);
  server.mishap = () => undefined;
  await clock.pass(2);
  await expect.poll(() => count("POST auth/approle/login")).toBe(4);
  await clock.pass(500);
  expect(await colour(opened)).toBe("tabby");
});

test("a token that ended while the machine slept is replaced before anything is asked", async () => {
  const opened = await open({ ttlS: 900 });
  clock.nowMs += 3_600_000;
  server.aheadMs += 3_600_000;
  expect(await colour(opened)).toBe("tabby");
  expect(count("GET secret/data/app")).toBe(1);
});

test("a token that an operator revoked is replaced, by one login for all who need it", async () => {
  const opened = await open();
  server.revokeTokens();
  const colours = await Promise.all(Array.from({ length: 10 }, () => colour(opened)));
  expect(new Set(colours)).toEqual(new Set(["tabby"]));
  expect(count("POST auth/approle/login")).toBe(2);
});

test("a policy that says no is told apart from a dead token", async () => {
  const opened = await open();
  expect(await faultOf(opened.ask({ ...READ, path: "secret/data/other" }))).toBe("denied");
  expect(count("POST auth/approle/login")).toBe(1);
});

test.each([
  ["nobody's role", { roleId: "00000000-0000-0000-0000-000000000000" }],
  ["a wrong secret id", { secretId: () => "guess" }],
])("%s is refused, without trying again", async (_what, change) => {
  expect(await faultOf(open({}, change))).toBe("login-refused");
  expect(count("POST auth/approle/login")).toBe(1);
});

test("a role that was removed ends the session's life, and says so", async () => {
  const opened = await open();
  server.removeRole("app");
  server.revokeTokens();
  expect(await faultOf(opened.ask(READ))).toBe("login-refused");
});

test.each([
  [429, "busy", 3],
  [472, "standby", 3],
  [473, "standby", 3],
  [501, "standby", 3],
  [307, "standby", 3],
  [412, "busy", 3],
  [500, "fault", 3],
  [502, "fault", 3],
  [503, "sealed", 1],
  [404, "no-such-mount", 1],
  [400, "refused", 1],
  [418, "bad-answer", 1],
] as const)("status %d is %s, after %d tries", async (status, fault, tries) => {
  const opened = await open();
  server.mishap = (path) => (path === "secret/data/app" ? { status } : undefined);
  expect(await faultOf(opened.ask(READ))).toBe(fault);
  expect(count("GET secret/data/app")).toBe(tries);
});

test.each(["drop", "cut"] as const)("a connection that breaks (%s) twice is no fault", async (mishap) => {
  const opened = await open();
  let broken = 0;
  server.mishap = () => (broken++ < 2 ? mishap : undefined);
  expect(await colour(opened)).toBe("tabby");
});

test("what must not happen twice is asked once", async () => {
  const opened = await open();
  server.mishap = () => "drop";
  const rotate = { asked: "rotate", method: "POST", path: "transit/keys/a/rotate", once: true } as const;
  expect(await faultOf(opened.ask(rotate))).toBe("unreachable");
  expect(count("POST transit/keys/a/rotate")).toBe(1);
});

test("a Vault that hangs is given up at the deadline", async () => {
  const opened = await open({}, {}, { deadlineMs: 1_000 });
  server.mishap = (path) => (path === READ.path ? "hang" : undefined);
  expect(await faultOf(opened.ask({ ...READ, once: true }))).toBe("unreachable");
});

test.each(["nonsense", "huge"] as const)("an answer that is none (%s) is a fault", async (mishap) => {
  const opened = await open();
  server.mishap = (path) => (path === READ.path ? mishap : undefined);
  expect(await faultOf(opened.ask(READ))).toBe("bad-answer");
});

test("latency is borne", async () => {
  const opened = await open();
  server.latencyMs = 200;
  expect(await colour(opened)).toBe("tabby");
});

test("errors and the session itself show no token, no secret id, and nothing of the server's words", async () => {
  const opened = await open();
  server.mishap = (path) => (path === READ.path ? { status: 400 } : undefined);
  const error = await opened.ask(READ).catch((thrown: unknown) => thrown);
  expect((error as Error).message).toBe(
    `Vault at ${new URL(server.url).host}, asked to read it, refuses the request`,
  );
  expect((error as VaultError).code).toBe("VAULT_REFUSED");
  const shown = inspect([error, opened], { depth: 10, showHidden: true });
  expect(shown).not.toMatch(/hvs\.|secret-in-error|[0-9a-f]{8}-[0-9a-f]{4}-/);
});

test("closing ends the token", async () => {
  const opened = await open();
  expect(server.livingTokens).toBe(1);
  await opened.close();
  expect(server.livingTokens).toBe(0);
  expect(clock.nextInS).toBe(Infinity);
});

test("health is what the status says", async () => {
  const asked = http();
  const seen = [];
  for (server.health of [200, 429, 472, 473, 501, 503, 299]) seen.push(await vaultHealth(asked));
  expect(seen).toEqual([
    "active",
    "standby",
    "recovery-standby",
    "performance-standby",
    "not-initialised",
    "sealed",
    "unknown",
  ]);
  asked.close();
});

test("another authority, the system's authorities and TLS 1.2 are not trusted", async () => {
  const other = await makeVaultCertificate(new Date());
  expect(await vaultHealth(http({ authority: other.authority }))).toBe("untrusted");
  expect(await vaultHealth(http({ authority: undefined }))).toBe("untrusted");
  const old = await VaultServer.start({ ...certificate, maxVersion: "TLSv1.2" });
  expect(await vaultHealth(http({ url: old.url }))).toBe("untrusted");
  expect(old.asked).toEqual([]);
  await old.stop();
});

test("plain http is for this machine only", () => {
  expect(() => http({ url: "http://vault.example.org:8200" })).toThrow(RangeError);
  expect(() => http({ url: "ftp://localhost" })).toThrow(RangeError);
  http({ url: "http://127.0.0.1:8200" }).close();
});
