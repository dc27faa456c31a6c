import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConnectionOptions } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { unrefused } from "@purrimeter/certs/refusal";
import { revoke } from "@purrimeter/certs/revoke";
import { createLog } from "@purrimeter/service/log";
import { topicOf } from "@purrimeter/protocol/topics";
import type { TagId } from "@purrimeter/protocol/values";
import { Metrics } from "@purrimeter/service/metrics";
import type { AedesSourceOptions } from "./aedes-source.ts";
import { createBridgeCounters } from "../metrics/bridge-counters.ts";
import { logTls12Listener, logTlsVersions } from "./log-tls-versions.ts";
import { measureBridge } from "../metrics/measure-bridge.ts";
import { openTestSource, type TestSource } from "../testing/open-test-source.ts";
import { dial, type RawTag } from "../testing/raw-tag.ts";
import { until } from "../testing/recording-sink.ts";
import { createTestAuthority, type Credentials, type TestAuthority } from "../testing/test-authority.ts";

const ALF = "alf" as TagId;
const TLS_1_2: ConnectionOptions = { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" };

let authority: TestAuthority;
let alf: Credentials;
let open: TestSource;
let port = 0;

beforeAll(async () => {
  authority = await createTestAuthority();
  [alf] = (await authority.tags([ALF])) as [Credentials];
});
afterAll(() => authority.remove());
afterEach(() => open.source.close());

async function start(changes: Partial<AedesSourceOptions> = {}): Promise<number> {
  open = await openTestSource(authority.bridge, { tls12: { port: 0 }, ...changes });
  port = open.tls12Port ?? 0;
  return port;
}

async function joined(at: number, credentials = alf, options = TLS_1_2, id: string = ALF): Promise<RawTag> {
  const tag = await dial(at, credentials, options);
  tag.join(id);
  expect((await tag.next("connack")).returnCode).toBe(0);
  return tag;
}

async function expectRefusal(at: number, credentials: Partial<Credentials>, options: ConnectionOptions) {
  const refused = dial(at, credentials, options).then(async (tag) => {
    tag.join(ALF);
    await tag.next("connack");
  });
  await expect(refused).rejects.toThrow();
  await until(() => open.events.length > 0, "the refusal");
  expect(open.source.sessions).toBe(0);
}

describe("the listener for TLS 1.2", () => {
  it("is off unless it is asked for", async () => {
    open = await openTestSource(authority.bridge);
    expect(open.tls12Port).toBeUndefined();
    await expectRefusal(open.port, alf, TLS_1_2);
  });

  it("carries reports and answers of a board that knows P-256, RSA with SHA-256 and AES-128-GCM only", async () => {
    const board = { ciphers: "ECDHE-RSA-AES128-GCM-SHA256", ecdhCurve: "P-256", sigalgs: "RSA+SHA256" };
    const tag = await joined(await start(), alf, { ...TLS_1_2, ...board });
    expect(tag.socket.getProtocol()).toBe("TLSv1.2");
    expect(tag.socket.getCipher().name).toBe("ECDHE-RSA-AES128-GCM-SHA256");
    open.sink.echoes = true;
    await tag.subscribe(topicOf(ALF, "ack"));
    tag.publish(topicOf(ALF, "report"), Buffer.from("x"));
    expect((await tag.next("publish")).payload.toString()).toBe("x");
  });

  it("prefers 128 bits to 256 and refuses TLS 1.3, which has its own listener", async () => {
    const tag = await joined(await start(), alf, { maxVersion: "TLSv1.2" });
    expect(tag.socket.getCipher().name).toBe("ECDHE-RSA-AES128-GCM-SHA256");
    tag.socket.destroy();
    await until(() => open.source.sessions === 0, "the end");
    await expectRefusal(port, alf, { minVersion: "TLSv1.3" });
  });

  it("leaves the other listener at TLS 1.3", async () => {
    await start();
    await joined(open.port, alf, {});
    await open.source.expelRevoked();
    await expect(dial(open.port, alf, TLS_1_2)).rejects.toThrow();
    expect(open.events).toEqual(["handshake-failed"]);
  });

  it.each<[string, ConnectionOptions]>([
    ["CBC", { ...TLS_1_2, ciphers: "ECDHE-RSA-AES128-SHA256" }],
    ["CBC with SHA-1", { ...TLS_1_2, ciphers: "ECDHE-RSA-AES128-SHA" }],
    ["a key exchange by RSA", { ...TLS_1_2, ciphers: "AES128-GCM-SHA256" }],
    ["a key exchange by DHE", { ...TLS_1_2, ciphers: "DHE-RSA-AES128-GCM-SHA256" }],
    ["ChaCha20", { ...TLS_1_2, ciphers: "ECDHE-RSA-CHACHA20-POLY1305" }],
    ["signatures over SHA-1", { ...TLS_1_2, ciphers: "DEFAULT@SECLEVEL=0", sigalgs: "RSA+SHA1" }],
    ["a curve that is too small", { ...TLS_1_2, ciphers: "DEFAULT@SECLEVEL=0", ecdhCurve: "secp192r1" }],
    ["TLS 1.1", { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" }],
    ["TLS 1.0", { minVersion: "TLSv1", maxVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" }],
  ])("refuses %s", async (_what, options) => {
    await expectRefusal(await start(), alf, options);
    expect(open.events).toEqual(["handshake-failed"]);
  });

  it("refuses who shows no certificate", async () => {
    await expectRefusal(await start(), { ca: alf.ca }, TLS_1_2);
    expect(open.events).toEqual(["handshake-failed"]);
  });

  it("refuses a certificate of another authority", async () => {
    const other = await createTestAuthority();
    const [foreign] = (await other.tags([ALF])) as [Credentials];
    other.remove();
    await expectRefusal(await start(), { ...foreign, ca: alf.ca }, TLS_1_2);
    expect(open.events).toEqual(["handshake-failed"]);
  });

  it("refuses a service's certificate, a name that is not the certificate's, and a revoked tag", async () => {
    const lists = (): string => readFileSync(authority.files.branches.tags.revoked, "utf8");
    const [bad] = (await authority.tags(["bad"])) as [Credentials];
    open = await openTestSource({ ...authority.bridge, revoked: lists() }, { tls12: { port: 0 } });
    const at = open.tls12Port ?? 0;
    await expectRefusal(at, await authority.service("cloud-api"), TLS_1_2);
    const other = await dial(at, alf, TLS_1_2);
    other.join("bad");
    expect((await other.next("connack")).returnCode).toBe(2);
    const tag = await joined(at, bad, TLS_1_2, "bad");
    unrefused(revoke(authority.files, "bad", new Date()));
    open.source.replaceRevoked(lists());
    await tag.closed;
    await expectRefusal(at, bad, TLS_1_2);
  });

  it("resumes no session, by ticket or by id, so that every one has its own key", async () => {
    const at = await start();
    const first = await dial(at, alf, TLS_1_2);
    const session = first.socket.getSession();
    expect(session).toBeDefined();
    expect(first.socket.getTLSTicket()).toBeUndefined();
    first.socket.destroy();
    const second = await dial(at, alf, { ...TLS_1_2, ...(session === undefined ? {} : { session }) });
    expect(second.socket.isSessionReused()).toBe(false);
  });

  it("does not negotiate anew", async () => {
    const text = await sClient(await start(), "R\n");
    expect(text).toMatch(/RENEGOTIATING/);
    expect(text).toMatch(/no renegotiation/);
  });

  it("ends a second session of the same tag wherever it comes in", async () => {
    const at = await start();
    const first = await joined(open.port, alf, {});
    await joined(at);
    await first.closed;
    expect(open.events).toEqual(["second-session alf"]);
  });

  it("has its own number of connections", async () => {
    const at = await start({ tls12: { port: 0, maxConnections: 1 } });
    const tag = await joined(at);
    await expect(dial(at, alf, TLS_1_2)).rejects.toThrow();
    expect(open.events).toEqual(["connection-limit"]);
    expect(tag.socket.destroyed).toBe(false);
  });

  it("agrees with another TLS than Node's", async () => {
    const text = await sClient(await start(), "Q\n");
    expect(text).toMatch(/Verification: OK/);
    expect(text).toMatch(/Cipher is ECDHE-RSA-AES128-GCM-SHA256/);
    expect(text).toMatch(/Protocol\s*: TLSv1.2/);
    expect(text).not.toMatch(/session ticket/);
  });
});

/** What openssl's client says of a session in which this is typed. */
async function sClient(at: number, typed: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "s-client-"));
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content, { mode: 0o600 });
    return join(folder, name);
  };
  const chain = file("tag.pem", alf.cert);
  const own = ["-cert", chain, "-cert_chain", chain, "-key", file("tag.key", alf.key)];
  const args = ["-connect", `127.0.0.1:${at}`, "-tls1_2", "-CAfile", file("ca.pem", alf.ca), ...own];
  const { promise, resolve } = Promise.withResolvers<string>();
  const child = execFile("openssl", ["s_client", ...args], (_error, out, errors) => resolve(out + errors));
  // It reads what is typed only once the session stands.
  child.stdout?.once("data", () => child.stdin?.write(typed));
  const text = await promise;
  rmSync(folder, { recursive: true });
  return text;
}

describe("while the listener is on", () => {
  it("says so, counts connections by their TLS, and names every tag once", async () => {
    const lines: string[] = [];
    const log = createLog("bridge", { write: (line: string) => void lines.push(line) });
    const counters = createBridgeCounters();
    await start({ onTag: logTlsVersions(counters, log) });
    logTls12Listener(counters, log, port);
    for (let i = 0; i < 2; i++) (await joined(port)).socket.destroy();
    await until(() => open.source.sessions === 0, "the end");
    await joined(open.port, alf, {});
    const said = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(said).toMatchObject([
      { level: 40, event: "tls12.on", port },
      { level: 40, event: "tls12.tag", tag: ALF },
    ]);
    expect(said).toHaveLength(2);
    expect([counters.get("listeners", "tls12"), counters.get("connections", "tls12")]).toEqual([1, 2]);
    expect(counters.get("connections", "tls13")).toBe(1);
    const metrics = new Metrics("bridge");
    measureBridge(metrics, counters, open.source);
    expect((await metrics.text()).text).toContain('purrimeter_bridge_listeners_total{reason="tls12"} 1\n');
  });

  it("says nothing where there is none", () => {
    const counters = createBridgeCounters();
    const log = createLog("bridge", { write: () => expect.unreachable() });
    logTls12Listener(counters, log, undefined);
    expect(counters.get("listeners", "tls12")).toBe(0);
    return start();
  });
});
