import type { HttpBindings } from "@hono/node-server";
import { once } from "node:events";
import type { Socket } from "node:net";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { dialTcp, dialTls, exchange } from "../testing/raw-exchange.ts";
import { createTestCertificates } from "../testing/test-certificates.ts";
import type { TestCertificates, TestIdentity } from "../testing/test-certificates.ts";
import { systemTime } from "../time/system-time.ts";
import { markAuthenticated } from "./connection-owner.ts";
import { INTERNAL_HTTP_LIMITS, PUBLIC_HTTP_LIMITS } from "./http-limits.ts";
import { listen } from "./listen.ts";
import type { Fetch, Listening, ListenOptions, RefusedConnection } from "./listen.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";

let certificates: TestCertificates;
let server: TestIdentity;
let peer: TestIdentity;
let stranger: TestIdentity;
let expired: TestIdentity;
let impostor: TestIdentity;
let elsewhere: TestCertificates;
let listening: Listening | undefined;
let refused: RefusedConnection[];
const sockets: Socket[] = [];

beforeAll(async () => {
  [certificates, elsewhere] = await Promise.all([createTestCertificates(), createTestCertificates()]);
  server = await certificates.identity("auth");
  peer = await certificates.identity("cloud-api");
  stranger = await certificates.identity("bridge");
  expired = await certificates.expired("late");
  impostor = await elsewhere.identity("cloud-api");
});
beforeEach(() => {
  refused = [];
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await listening?.close(0);
  listening = undefined;
});
afterAll(() => listening?.close(0));

/** Slow clients are given up sooner than in service, so that a test need not wait. */
const QUICK = {
  ...PUBLIC_HTTP_LIMITS,
  headersTimeoutMs: 300,
  requestTimeoutMs: 300,
  handshakeTimeoutMs: 300,
};

async function open(
  changes: Partial<ListenOptions> = {},
  fetch: Fetch = () => new Response("hello"),
): Promise<number> {
  const told = refused;
  listening = await listen(fetch, {
    host: "127.0.0.1",
    port: 0,
    ...server,
    limits: PUBLIC_HTTP_LIMITS,
    headers: SECURITY_HEADERS,
    time: systemTime,
    onRefused: (one) => told.push(one),
    ...changes,
  });
  return listening.port;
}

async function dial(
  port: number,
  options: ConnectionOptions & { localAddress?: string } = {},
): Promise<TLSSocket> {
  const socket = await dialTls(port, { ca: certificates.authority, ...options });
  sockets.push(socket);
  return socket;
}

function shown({ key, certificate }: TestIdentity): ConnectionOptions {
  return { key, cert: certificate };
}

const GET = "GET / HTTP/1.1\r\nHost: localhost\r\n";

describe("TLS", () => {
  test("is 1.3, and 1.2 is refused with the reason", async () => {
    const port = await open();
    expect((await dial(port)).getProtocol()).toBe("TLSv1.3");
    await expect(dial(port, { maxVersion: "TLSv1.2" })).rejects.toMatchObject({ code: /PROTOCOL_VERSION/ });
    expect(refused).toEqual([
      { kind: "handshake", code: "ERR_SSL_UNSUPPORTED_PROTOCOL", reason: "no shared TLS version" },
    ]);
  });

  test("garbage instead of TLS ends the connection", async () => {
    const port = await open();
    const answer = await exchange(await dialTcp(port), `${GET}\r\n`);
    expect(answer).not.toContain("HTTP");
    expect(refused).toMatchObject([{ kind: "handshake", reason: "not TLS" }]);
  });

  test("a client that never begins its handshake is ended", async () => {
    const port = await open({ limits: QUICK });
    expect(await exchange(await dialTcp(port), "")).toBe("");
    expect(refused).toMatchObject([{ reason: "handshake took too long" }]);
    await expect.poll(() => listening?.connections).toBe(0);
  });

  test("a client that hangs up during its handshake is told of", async () => {
    const port = await open();
    const socket = await dialTcp(port);
    socket.write(Buffer.from("16030100", "hex"));
    socket.destroy();
    await expect.poll(() => refused).toMatchObject([{ kind: "handshake", code: "ECONNRESET" }]);
  });

  test("a client that does not trust us is told of, with what it said", async () => {
    const port = await open();
    await expect(dial(port, { ca: elsewhere.authority })).rejects.toThrow();
    await expect.poll(() => refused).toMatchObject([{ kind: "handshake" }]);
  });
});

describe("a listener for one client", () => {
  const forOnePeer = (): Partial<ListenOptions> => ({
    client: { authority: certificates.serviceAuthority, name: "cloud-api" },
    limits: INTERNAL_HTTP_LIMITS,
  });

  test("answers it", async () => {
    const socket = await dial(await open(forOnePeer()), shown(peer));
    expect(await exchange(socket, `${GET}Connection: close\r\n\r\n`)).toMatch(/^HTTP\/1\.1 200 [^]*hello$/);
    expect(refused).toEqual([]);
  });

  test.each([
    [
      "another name",
      (): TestIdentity => stranger,
      { kind: "peer", code: "none", reason: "the peer has another name" },
    ],
    [
      "an expired certificate",
      (): TestIdentity => expired,
      { kind: "handshake", code: "CERT_HAS_EXPIRED", reason: "certificate has expired" },
    ],
    ["another authority", (): TestIdentity => impostor, { kind: "handshake", reason: "unknown authority" }],
    ["no certificate", (): undefined => undefined, { kind: "handshake", reason: "no certificate" }],
  ] as const)("refuses %s and says why", async (_, identityOf, told) => {
    const port = await open(forOnePeer());
    const identity = identityOf();
    const options = identity === undefined ? {} : shown(identity);
    // With TLS 1.3 a client has ended its handshake before the server has looked at the certificate.
    const answer = await dial(port, options).then(
      (socket) => exchange(socket, `${GET}\r\n`),
      () => "",
    );
    expect(answer).toBe("");
    await expect.poll(() => refused).toMatchObject([told]);
  });
});

describe("HTTP", () => {
  test("every answer has the headers that were asked for", async () => {
    const answer = await exchange(await dial(await open()), `${GET}Connection: close\r\n\r\n`);
    for (const [name, value] of SECURITY_HEADERS) expect(answer).toContain(`${name}: ${value}\r\n`);
  });

  test.each([
    ["a header that is too large", `${GET}X-A: ${"a".repeat(20_000)}\r\n\r\n`, 431],
    ["what is not HTTP", "\u0001\u0002 nonsense\r\n\r\n", 400],
    ["a length and chunks", `${GET}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
    ["a host that cannot be read", "GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n", 400],
  ])("answers %s with a problem", async (_, text, status) => {
    const answer = await exchange(await dial(await open()), text);
    expect(answer).toMatch(/^HTTP\/1\.1 \d+ [^]*application\/problem\+json/);
    expect(answer.slice(9, 12)).toBe(String(status));
  });

  test("more headers than allowed do not reach the app", async () => {
    const port = await open({ limits: { ...PUBLIC_HTTP_LIMITS, maxHeaders: 8 } });
    const many = Array.from({ length: 9 }, (_, i) => `X-${i}: a\r\n`).join("");
    const answer = await exchange(await dial(port), `${GET}Connection: close\r\n${many}\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 [^]* or 8 fields/);
  });

  test("hangs up on a client that sends its header slowly, and on one that sends its body slowly", async () => {
    const port = await open({ limits: QUICK });
    const slowHead = dial(port).then((socket) => exchange(socket, GET));
    const slowBody = dial(port).then((socket) =>
      exchange(socket, `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{`),
    );
    expect(await slowHead).toMatch(/^HTTP\/1\.1 408 [^]*problem\+json/);
    expect(await slowBody).toMatch(/^HTTP\/1\.1 (?:408|200) /);
    await expect.poll(() => listening?.connections).toBe(0);
  });
});

describe("connections", () => {
  const few = (changes: object): Partial<ListenOptions> => ({
    limits: { ...PUBLIC_HTTP_LIMITS, ...changes },
  });

  async function dialMany(port: number, count: number): Promise<void> {
    for (let i = 0; i < count; i++) await dial(port);
  }

  test("of one address are limited; who waits long enough gets in again", async () => {
    const port = await open(few({ maxConnectionsPerAddress: 3 }));
    await dialMany(port, 3);
    expect(await exchange(await dialTcp(port), "")).toBe("");
    expect(refused).toMatchObject([
      { kind: "address-limit", reason: "too many connections from one address" },
    ]);
    sockets[0]?.destroy();
    await expect.poll(() => listening?.connections).toBe(2);
    await dial(port);
  });

  test("of a trusted proxy are not counted by address", async () => {
    const port = await open({
      ...few({ maxConnectionsPerAddress: 1 }),
      isUncounted: (address) => address === "127.0.0.1",
    });
    await dialMany(port, 5);
    expect(refused).toEqual([]);
  });

  test("are limited in all, those without a handshake included", async () => {
    const port = await open(few({ maxConnections: 3 }));
    for (let i = 0; i < 3; i++) sockets.push(await dialTcp(port));
    await expect.poll(() => listening?.connections).toBe(3);
    expect(await exchange(await dialTcp(port), "")).toBe("");
    expect(refused).toMatchObject([{ kind: "connection-limit" }]);
  });
});

describe("a full listener", () => {
  const limits = { ...PUBLIC_HTTP_LIMITS, maxConnections: 3 };

  test("ends the connection that has been idle longest for a new one, and none with a request under way", async () => {
    const { promise: arrived, resolve: began } = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<Response>();
    const port = await open({ limits }, () => {
      began();
      return answer.promise;
    });
    const busy = await dial(port);
    const reply = exchange(busy, `${GET}Connection: close\r\n\r\n`);
    await arrived;
    const oldest = await dial(port);
    const newer = await dial(port);
    const ended = once(oldest, "close");
    await dial(port);
    await ended;
    expect([busy.destroyed, newer.destroyed]).toEqual([false, false]);
    answer.resolve(new Response("done"));
    expect(await reply).toMatch(/done/);
    expect(refused).toEqual([]);
  });
});

describe("one address", () => {
  test("has no more than its share of new connections, and others still get in", async () => {
    const acceptsPerAddress = { burst: 5, perSecond: 0.001 };
    const port = await open({ limits: { ...PUBLIC_HTTP_LIMITS, acceptsPerAddress } });
    for (let i = 0; i < 5; i++) await dial(port, { localAddress: "127.9.8.7" });
    await expect(dial(port, { localAddress: "127.9.8.7" })).rejects.toThrow();
    expect(refused).toMatchObject([{ kind: "address-rate" }]);
    await dial(port, { localAddress: "127.1.2.3" });
  });

  test("does not use up its places with connections that have shown who they are", async () => {
    const limited = { ...PUBLIC_HTTP_LIMITS, maxConnectionsPerAddress: 2 };
    const port = await open({ limits: limited }, (_request, env) => {
      markAuthenticated((env as HttpBindings).incoming.socket);
      return new Response("hello");
    });
    for (let i = 0; i < 6; i++) {
      const socket = await dial(port);
      const answered = once(socket, "data");
      socket.write(`${GET}\r\n`);
      await answered;
    }
    await dial(port);
    await dial(port);
    await expect(dial(port)).rejects.toThrow();
    expect(refused).toMatchObject([{ kind: "address-limit" }]);
  });
});

describe("an answer that is not read", () => {
  test("ends the connection after its deadline", async () => {
    const big = "x".repeat(1_000_000);
    const port = await open(
      { limits: { ...PUBLIC_HTTP_LIMITS, unreadTimeoutMs: 500 } },
      () => new Response(big),
    );
    const socket = await dial(port);
    socket.pause();
    socket.on("error", () => undefined);
    socket.write(`${GET}\r\n`.repeat(100));
    await expect.poll(() => listening?.connections, { timeout: 30_000 }).toBe(1);
    await expect.poll(() => listening?.connections, { timeout: 30_000 }).toBe(0);
  });
});

describe("close", () => {
  test("lets a request end and closes idle connections", async () => {
    let respond: (response: Response) => void = () => undefined;
    const { promise: arrived, resolve: began } = Promise.withResolvers<void>();
    const port = await open({}, () => {
      began();
      return new Promise<Response>((resolve) => (respond = resolve));
    });
    await dial(port);
    const reply = exchange(await dial(port), `${GET}\r\n`);
    await arrived;
    const closing = listening?.close(3_600_000);
    respond(new Response("done"));
    expect(await reply).toMatch(/done/);
    await closing;
  });

  test("ends what hangs when its time is over, handshakes included", async () => {
    const port = await open();
    const hanging = await dialTcp(port);
    await expect.poll(() => listening?.connections).toBe(1);
    const ended = once(hanging, "close");
    await listening?.close(10);
    await ended;
    listening = undefined;
  });

  test("a port that is in use rejects", async () => {
    const port = await open();
    await expect(open({ port })).rejects.toMatchObject({ code: "EADDRINUSE", port });
  });
});
