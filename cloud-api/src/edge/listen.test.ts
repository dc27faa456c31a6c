import { Destinations } from "@purrimeter/notifier/destinations";
import { once } from "node:events";
import { Agent, request } from "node:https";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { connect } from "node:tls";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { PUBLIC_HTTP_LIMITS } from "@purrimeter/service/http-limits";
import type { Listening } from "@purrimeter/service/listen";
import { listenOnLoopback } from "@purrimeter/service/testing/listen-on-loopback";
import { ClientAddresses } from "@purrimeter/service/client-address";
import { RateLimiter } from "@purrimeter/service/rate-limiter";
import { ANSWER_HEADERS } from "./answer-headers.ts";
import { AccessTokens } from "./access-tokens.ts";
import { createApp } from "../app.ts";
import { certificateHosts } from "./certificate-hosts.ts";
import { CommandRates } from "../commands/command-rates.ts";
import { Cursors } from "../lists/cursors.ts";
import type { RequestLine } from "@purrimeter/service/request-log";
import { EndedSessions } from "./ended-sessions.ts";
import { KeySet } from "./key-set.ts";
import { LiveStreams } from "../live/live-streams.ts";
import { authAnswer } from "../testing/auth-answer.ts";
import { makeTestCertificates } from "../testing/test-certificates.ts";
import type { TestCertificates } from "../testing/test-certificates.ts";
import { AUDIENCE, ISSUER, NOW_S } from "../testing/test-keys.ts";
import { NO_REPORT } from "../testing/no-report.ts";

let certificates: TestCertificates;
let server: Listening;
let agent: Agent;
const logged: RequestLine[] = [];
const authCalls: unknown[] = [];
const failures: unknown[] = [];

/** The edge alone: nothing here gets as far as a store. */
function makeEdge(): ReturnType<typeof createApp> {
  const rate = { burst: 1_000, perSecond: 1_000 };
  const now = (): UnixSeconds => NOW_S as UnixSeconds;
  const ended = new EndedSessions(now);
  ended.heard();
  const keys = new KeySet(
    () => Promise.resolve({ kind: "answer", body: { keys: [] } }),
    () => 0,
    NO_REPORT,
  );
  const none = (): never => {
    throw new Error("no store here");
  };
  return createApp({
    forOwner: none,
    forViewer: none,
    finderReports: { isTag: none, report: none },
    registry: { page: none, renewLostCode: none, revoke: none },
    retentionBounds: { minDays: 1, maxDays: 365, defaultDays: 90, formerDays: 365 },
    retention: { anonymousDays: none },
    trail: { nameOf: none, prove: none, read: none, shareOf: none, size: none },
    readiness: { report: () => Promise.resolve({ status: "ready", checks: {} }) },
    erasures: { erase: none },
    archives: { start: none },
    live: new LiveStreams({
      arrivals: { newest: none, since: none },
      maxStreams: 1,
      pause: none,
      ended,
      now,
      monotonicMs: () => 0,
      every: none,
      onFailure: none,
    }),
    auth: {
      call: (call) => {
        authCalls.push(call);
        const body = { accessToken: "a", refreshToken: "r", expiresIn: 600 };
        return Promise.resolve(authAnswer(200, body));
      },
    },
    tokens: new AccessTokens({ issuer: ISSUER, audience: AUDIENCE, keys, ended, now }),
    cursors: new Cursors(Buffer.alloc(32)),
    addresses: new ClientAddresses([]),
    ownerRates: new RateLimiter(rate, () => 0),
    addressRates: new RateLimiter(rate, () => 0),
    exportRates: new RateLimiter(rate, () => 0),
    commandRates: new CommandRates(() => 0),
    backupKeptDays: 30,
    finderRates: new RateLimiter(rate, () => 0),
    finderTagRates: new RateLimiter(rate, () => 0),
    alerts: {
      channelRates: new RateLimiter(rate, () => 0),
      snoozeRates: new RateLimiter(rate, () => 0),
      endpointRates: new RateLimiter(rate, () => 0),
      destinations: new Destinations([]),
      pushKey: none,
    },
    hosts: new Set(certificateHosts(certificates.cloudApi.certificate)),
    origins: [],
    alarms: { observe: () => undefined },
    securityContact: undefined,
    now,
    monotonicMs: () => 0,
    logRequest: (line) => void logged.push(line),
    logAct: () => undefined,
    logFailure: (error) => void failures.push(error),
  });
}

beforeAll(async () => {
  certificates = makeTestCertificates();
  server = await listenOnLoopback(makeEdge().fetch, certificates.cloudApi, {
    limits: { ...PUBLIC_HTTP_LIMITS, headersTimeoutMs: 1_500, requestTimeoutMs: 1_500 },
    headers: ANSWER_HEADERS,
  });
  agent = new Agent({ keepAlive: true, ca: certificates.authority });
});

afterAll(async () => {
  agent.destroy();
  await server.close(0);
});

interface Reply {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of message as AsyncIterable<Buffer>) body += chunk.toString();
  return body;
}

function ask(
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
  body?: string,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const options = {
      host: "localhost",
      servername: "localhost",
      port: server.port,
      path,
      headers,
      method,
      agent,
    };
    request(options, (message) => {
      bodyOf(message).then(
        (text) => resolve({ status: message.statusCode, headers: message.headers, body: text }),
        reject,
      );
    })
      .on("error", reject)
      .end(body);
  });
}

async function open(options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({
    host: "127.0.0.1",
    servername: "localhost",
    port: server.port,
    ca: certificates.authority,
    ...options,
  });
  await once(socket, "secureConnect");
  return socket;
}

/** Sends bytes as they are and collects what comes until the server hangs up. */
async function raw(text: string): Promise<string> {
  const socket = await open();
  let answer = "";
  socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
  socket.on("error", () => undefined);
  socket.write(text);
  await once(socket, "close");
  return answer;
}

const HEAD = "Host: localhost\r\nContent-Type: application/json\r\n";

describe("TLS", () => {
  it("is 1.3", async () => {
    const socket = await open();
    expect(socket.getProtocol()).toBe("TLSv1.3");
    socket.destroy();
  });

  it("refuses 1.2", async () => {
    await expect(open({ maxVersion: "TLSv1.2" })).rejects.toMatchObject({ code: /ALERT_PROTOCOL_VERSION/ });
  });
});

describe("HTTP", () => {
  it("answers with security headers and without a word about the software", async () => {
    const { status, headers } = await ask("/v1/health");
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      "strict-transport-security": expect.stringContaining("max-age=63072000") as string,
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
      vary: "Accept",
      "referrer-policy": "no-referrer",
      "content-security-policy": expect.stringContaining("default-src 'none'") as string,
    });
    expect(Object.keys(headers)).not.toContain("x-powered-by");
    expect(Object.keys(headers)).not.toContain("server");
  });

  it.each(["localhost", "LOCALHOST:8443", "127.0.0.1", "[::1]:8443"])("answers for host %s", async (host) => {
    expect((await ask("/v1/health", { host })).status).toBe(200);
  });

  it.each(["evil.test", "localhost.evil.test", "169.254.169.254"])(
    "does not answer for host %s",
    async (host) => {
      const { status, headers, body } = await ask("/v1/health", { host });
      expect([status, headers["content-type"]]).toEqual([421, "application/problem+json"]);
      expect(body).not.toContain(host);
    },
  );

  it.each(["GET /v1/health HTTP/1.1\r\nHost: a b\r\n\r\n", "GET /v1/health HTTP/1.1\r\nHost:\r\n\r\n"])(
    "refuses %j",
    async (text) => {
      expect(await raw(text.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"))).toMatch(
        /^HTTP\/1\.1 4\d\d [^]*application\/problem\+json/,
      );
    },
  );

  it.each([
    "GET /v1/health HTTP/1.1\r\nHost: localhost\r\nHost: evil.test\r\n",
    "GET /v1/health HTTP/1.1\r\nHost: evil.test\r\nHOST: localhost\r\n",
    "GET https://evil.test/v1/health HTTP/1.1\r\nHost: localhost\r\n",
    "GET https://localhost/v1/health HTTP/1.1\r\nHost: evil.test\r\n",
    "GET https://localhost@evil.test/v1/health HTTP/1.1\r\nHost: localhost\r\n",
    "GET /v1/health HTTP/1.1\r\nHost: localhost.\r\nX-Forwarded-Host: localhost\r\n",
    "GET /v1/health HTTP/1.0\r\n",
  ])("does not answer for two names at once, or for none: %j", async (head) => {
    expect(await raw(`${head}Connection: close\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 4(21|00) [^]*application\/problem\+json/,
    );
  });

  it.each(["", "Host: localhost\r\nHost: localhost\r\n"])("asks for one Host header: %j", async (hosts) => {
    expect(await raw(`GET /v1/health HTTP/1.1\r\n${hosts}\r\n`)).toMatch(
      /^HTTP\/1\.1 400 [^]*application\/problem\+json[^]*one Host header/,
    );
  });

  it.each(["/%76%31/health", "/v1/./health", "/v1/tags/%2e%2e/health", "/v1/auth/../health"])(
    "answers at one form of a path, not at %s",
    async (path) => {
      expect(await raw(`GET ${path} HTTP/1.1\r\n${HEAD}\r\n`)).toMatch(
        /^HTTP\/1\.1 400 [^]*application\/problem\+json/,
      );
    },
  );

  it("takes a client that hangs up in its body for no failure of its own", async () => {
    logged.length = 0;
    const socket = await open();
    socket.write(`POST /v1/auth/login HTTP/1.1\r\n${HEAD}Content-Length: 100\r\n\r\n{`);
    await ask("/v1/health");
    socket.destroy();
    await expect.poll(() => logged.map(({ status }) => status), { timeout: 30_000 }).toContain(499);
    expect(failures).toEqual([]);
  });

  it("answers for its own name in absolute form", async () => {
    const head = "GET https://localhost/v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    expect(await raw(head)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("takes the peer's address and not what it says of itself", async () => {
    const headers = {
      "content-type": "application/json",
      "x-forwarded-for": "198.51.100.1",
      "purrimeter-client-address": "198.51.100.2",
    };
    await ask("/v1/auth/login", headers, "POST", '{"email":"a@b.c","password":"x"}');
    expect(authCalls.at(-1)).toMatchObject({ path: "/login", clientAddress: "127.0.0.1" });
  });

  it("refuses a flood of headers", async () => {
    const flood = `X-A: ${"a".repeat(20_000)}\r\n`;
    expect(await raw(`GET /v1/health HTTP/1.1\r\n${HEAD}${flood}\r\n`)).toMatch(
      /^HTTP\/1\.1 431 [^]*application\/problem\+json/,
    );
  });

  it("refuses what is no HTTP", async () => {
    expect(await raw("\u0001\u0002\u0003 nonsense\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 [^]*problem\+json/);
  });

  it("refuses both Content-Length and chunks: which one counts is anybody's guess", async () => {
    const text = `POST /v1/auth/login HTTP/1.1\r\n${HEAD}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`;
    expect(await raw(text)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it("hangs up on who sends its header slowly, and on who sends its body slowly", async () => {
    const slowHead = raw(`POST /v1/auth/login HTTP/1.1\r\n${HEAD}`);
    const slowBody = raw(`POST /v1/auth/login HTTP/1.1\r\n${HEAD}Content-Length: 100\r\n\r\n{`);
    expect(await slowHead).toMatch(/^HTTP\/1\.1 408 [^]*problem\+json/);
    expect(await slowBody).toMatch(/^(HTTP\/1\.1 408 [^]*|)$/);
  });

  it("refuses a body that grows beyond the limit in chunks", async () => {
    const chunk = `2000\r\n${" ".repeat(0x2000)}\r\n`;
    const answer = await raw(
      `POST /v1/auth/login HTTP/1.1\r\n${HEAD}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}${chunk}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 [^]*"limit":4096/);
  });

  it.each(["TRACE", "CONNECT", "PROPFIND", "OPTIONS"])("survives %s", async (method) => {
    const answer = await raw(`${method} /v1/health HTTP/1.1\r\n${HEAD}Connection: close\r\n\r\n`);
    expect(answer).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
    expect((await ask("/v1/health")).status).toBe(200);
  });

  it("answers HEAD without a body", async () => {
    const { status, body } = await ask("/v1/health", {}, "HEAD");
    expect([status, body]).toEqual([200, ""]);
  });

  it.each([
    "/v1/tags%2f",
    "/v1/tags/%2e%2e%2fhealth",
    "/v1/tags/a%00b",
    "/v1/tags/%zz",
    "/v1//tags",
    "/v1/tags/a%2fb/locations",
    "//evil.test/v1/tags",
    "/V1/TAGS",
  ])("lets nobody past the token at %s", async (path) => {
    const { status, headers } = await ask(path);
    expect([401, 404, 400, 421]).toContain(status);
    expect(headers["content-type"]).toBe("application/problem+json");
  });

  it("logs patterns of routes, never paths", async () => {
    logged.length = 0;
    await ask("/v1/tags/secret-cat/locations?from=2026-01-01T00:00:00Z");
    expect(logged).toEqual([{ route: "/v1/tags/:id/locations", method: "GET", status: 401, durationMs: 0 }]);
  });
});
