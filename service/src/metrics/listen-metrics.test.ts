import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { once } from "node:events";
import { afterEach, beforeEach, expect, test } from "vitest";
import { dialTcp, exchange } from "../testing/raw-exchange.ts";
import { listenMetrics } from "./listen-metrics.ts";
import type { ReadinessReport } from "./readiness.ts";
import type { MetricsListener } from "./listen-metrics.ts";
import { Metrics } from "./metrics.ts";

let listener: MetricsListener;
let isReady: boolean;

const report = (): Promise<ReadinessReport> =>
  Promise.resolve({
    status: isReady ? "ready" : "not-ready",
    checks: { store: { ok: isReady, detail: "read" } },
  });

beforeEach(async () => {
  isReady = true;
  const metrics = new Metrics("test");
  metrics.counter({ name: "things_total", help: "Things." }).inc(5);
  listener = await listenMetrics({ port: 0, metrics, readiness: report });
});
afterEach(() => listener.close());

async function raw(text: string): Promise<string> {
  return exchange(await dialTcp(listener.port), text);
}

function ask(target: string, { method = "GET", host = "127.0.0.1", headers = "" } = {}): Promise<string> {
  return raw(`${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${headers}\r\n`);
}

test("gives the metrics", async () => {
  const answer = await ask("/metrics");
  expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*content-type: text\/plain; version=0\.0\.4/);
  expect(answer).toContain("purrimeter_test_things_total 5\n");
});

test("says whether the process runs and whether it serves", async () => {
  expect(await ask("/healthz", { host: "localhost:9100" })).toMatch(/^HTTP\/1\.1 200 [^]*ok\n$/);
  expect(await ask("/readyz")).toMatch(/^HTTP\/1\.1 200 /);
  isReady = false;
  expect(await ask("/readyz")).toMatch(/^HTTP\/1\.1 503 /);
  expect(await ask("/healthz")).toMatch(/^HTTP\/1\.1 200 /);
});

test("says what each check found", async () => {
  expect(await ask("/v1/ready")).toMatch(
    /^HTTP\/1\.1 200 [^]*application\/json[^]*\{"status":"ready","checks":\{"store":\{"ok":true,"detail":"read"\}\}\}\n$/,
  );
  isReady = false;
  expect(await ask("/v1/ready")).toMatch(
    /^HTTP\/1\.1 503 [^]*\{"status":"not-ready","checks":\{"store":\{"ok":false/,
  );
});

test.each(["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"])("refuses %s", async (method) => {
  expect(await ask("/metrics", { method })).toMatch(/^HTTP\/1\.1 405 [^]*allow: GET/);
});

test.each(["/", "/metrics/", "/metrics?a=b", "//metrics", "/readyz/../metrics", "/%6detrics"])(
  "has nothing at %s",
  async (target) => {
    const answer = await ask(target);
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    expect(answer).not.toContain("things");
  },
);

test.each(["evil.example", "localhost.evil.example:9100", "0.0.0.0", "[::1]", "192.0.2.1", ""])(
  "does not answer for the host %j",
  async (host) => {
    const answer = await ask("/metrics", { host });
    expect(answer).toMatch(/^HTTP\/1\.1 4(?:21|00) /);
    expect(answer).not.toContain("things");
  },
);

test("does not answer for two hosts, or for one in an absolute target", async () => {
  expect(await ask("/metrics", { headers: "Host: evil.example\r\n" })).toMatch(/^HTTP\/1\.1 421 /);
  expect(await ask("http://evil.example/metrics")).toMatch(/^HTTP\/1\.1 421 /);
});

test.each(["Origin: http://localhost:9100\r\n", "Sec-Fetch-Site: cross-site\r\n"])(
  "does not answer pages: %j",
  async (headers) => {
    expect(await ask("/metrics", { headers })).toMatch(/^HTTP\/1\.1 403 /);
  },
);

test("reads no body", async () => {
  const answer = await raw("GET /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999\r\n\r\n{");
  expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*connection: close/i);
});

test("refuses large headers", async () => {
  expect(await ask("/metrics", { headers: `X-A: ${"a".repeat(5_000)}\r\n` })).toMatch(/^HTTP\/1\.1 431 /);
});

test("hangs up on a client that sends its request slowly", async () => {
  expect(await raw("GET /metrics HTTP/1.1\r\nHost: loc")).toMatch(/^HTTP\/1\.1 408 /);
});

test("bears few connections", async () => {
  const sockets = await Promise.all(Array.from({ length: 16 }, () => dialTcp(listener.port)));
  const answers = sockets.map((socket) =>
    exchange(socket, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"),
  );
  await expect.poll(() => sockets.every(({ bytesRead }) => bytesRead > 0)).toBe(true);
  expect(await ask("/healthz")).toBe("");
  for (const socket of sockets) socket.destroy();
  await Promise.all(answers);
  await expect.poll(() => ask("/healthz")).toMatch(/^HTTP\/1\.1 200 /);
});

test("cannot be reached on the machine's other addresses", async () => {
  const others = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const addresses = ["::1", ...others.filter(({ internal }) => !internal).map(({ address }) => address)];
  for (const host of addresses) {
    const socket = connect({ host, port: listener.port });
    const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
    expect(error.code).toMatch(/^E(?:CONNREFUSED|ADDRNOTAVAIL|HOSTUNREACH|NETUNREACH|INVAL)$/);
  }
});
