import { createServer as createPlainServer } from "node:http";
import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import type { Server } from "node:https";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { afterEach, beforeAll, expect, test } from "vitest";
import { ManualTime } from "../testing/manual-time.ts";
import { createTestCertificates } from "../testing/test-certificates.ts";
import type { TestCertificates, TestIdentity } from "../testing/test-certificates.ts";
import { systemTime } from "../time/system-time.ts";
import { JsonClient } from "./json-client.ts";
import type { JsonClientOptions } from "./json-client.ts";

let certificates: TestCertificates;
let elsewhere: TestCertificates;
let own: TestIdentity;
let expired: TestIdentity;
let client: TestIdentity;
const ends: (() => void)[] = [];

beforeAll(async () => {
  [certificates, elsewhere] = await Promise.all([createTestCertificates(), createTestCertificates()]);
  own = await certificates.identity("auth");
  client = await certificates.identity("cloud-api");
  expired = await certificates.expired("late");
});
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function serve(listener: RequestListener, identity = own, options: object = {}): Promise<number> {
  const { key, certificate } = identity;
  const server: Server = createServer({ key, cert: certificate, ...options }, listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function clientOf(port: number, changes: Partial<JsonClientOptions> = {}): JsonClient {
  const made = new JsonClient({
    url: `https://localhost:${port}`,
    authority: certificates.authority,
    time: systemTime,
    deadlineMs: 30_000,
    maxAnswerBytes: 1_000,
    ...changes,
  });
  ends.push(() => made.close());
  return made;
}

test("sends JSON and reads JSON, whatever the status", async () => {
  const port = await serve((request, response) => {
    let text = "";
    request.on("data", (chunk) => (text += String(chunk)));
    request.on("end", () => {
      response.writeHead(409, { "content-type": "application/problem+json", "retry-after": "7" });
      response.end(JSON.stringify([request.method, request.url, request.headers["x-a"], JSON.parse(text)]));
    });
  });
  const sent = { method: "DELETE", path: "/a?b=c", headers: { "x-a": "1" }, body: { d: "é" } } as const;
  expect(await clientOf(port).send(sent)).toMatchObject({
    kind: "answer",
    status: 409,
    headers: { "retry-after": "7" },
    body: ["DELETE", "/a?b=c", "1", { d: "é" }],
  });
});

test("bytes are sent as they are, and the answer's text is kept", async () => {
  const port = await serve((request, response) => request.pipe(response));
  const body = Buffer.from('{"a":1, "a":2}');
  const answer = await clientOf(port).send({ method: "POST", path: "/", body });
  expect(answer).toMatchObject({ text: '{"a":1, "a":2}', body: { a: 2 } });
});

test("an answer without a body has none", async () => {
  const port = await serve((_, response) => response.writeHead(204).end());
  const answer = await clientOf(port).send({ method: "GET", path: "/" });
  expect(answer).toMatchObject({ kind: "answer", status: 204, body: undefined });
});

test("keeps its connection", async () => {
  const ports = new Set<number | undefined>();
  const port = await serve((request, response) => {
    ports.add(request.socket.remotePort);
    response.end("1");
  });
  const kept = clientOf(port);
  for (let i = 0; i < 3; i++) await kept.send({ method: "GET", path: "/" });
  expect(ports.size).toBe(1);
});

test("shows its certificate", async () => {
  const mutual = { ca: certificates.serviceAuthority, requestCert: true, rejectUnauthorized: true };
  const port = await serve((_, response) => response.end("true"), own, mutual);
  expect(await clientOf(port, { identity: client }).send({ method: "GET", path: "/" })).toMatchObject({
    body: true,
  });
  expect(await clientOf(port).send({ method: "GET", path: "/" })).toMatchObject({
    kind: expect.stringMatching(/^un(?:reachable|trusted)$/) as string,
  });
});

test("nobody listens", async () => {
  const port = await serve(() => undefined);
  for (const end of ends.splice(0)) end();
  expect(await clientOf(port).send({ method: "GET", path: "/" })).toEqual({
    kind: "unreachable",
    code: "ECONNREFUSED",
    reason: "nothing listens there",
  });
});

test("a server that hangs up is unreachable", async () => {
  const port = await serve((request) => void request.socket.destroy());
  expect(await clientOf(port).send({ method: "GET", path: "/" })).toMatchObject({
    kind: "unreachable",
    code: "ECONNRESET",
  });
});

test("an answer that is cut off is unreachable", async () => {
  const port = await serve((_, response) => {
    response.writeHead(200, { "content-length": "100" }).write("{");
    setImmediate(() => response.destroy());
  });
  expect(await clientOf(port).send({ method: "GET", path: "/" })).toMatchObject({ kind: "unreachable" });
});

test.each([
  ["another authority", () => own, () => ({ authority: elsewhere.authority }), "unknown authority"],
  ["an expired certificate", () => expired, () => ({}), "certificate has expired"],
] as const)("%s is not trusted, and the reason is kept", async (_, identity, changes, reason) => {
  const port = await serve((_request, response) => response.end("1"), identity());
  expect(await clientOf(port, changes()).send({ method: "GET", path: "/" })).toMatchObject({
    kind: "untrusted",
    reason,
  });
});

test("a server of another name is not trusted", async () => {
  const port = await serve((_, response) => response.end("1"));
  const url = `https://127.0.0.2:${port}`;
  const answer = await clientOf(port, { url }).send({ method: "GET", path: "/" });
  // Nothing listens on 127.0.0.2 where the system has only one loopback address.
  expect(["untrusted", "unreachable"]).toContain(answer.kind);
});

test("TLS below 1.3 is refused", async () => {
  const port = await serve((_, response) => response.end("1"), own, { maxVersion: "TLSv1.2" });
  expect(await clientOf(port).send({ method: "GET", path: "/" })).toMatchObject({
    kind: "untrusted",
    code: "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
    reason: "no shared TLS version",
  });
});

test("an answer does not come in time: neither its beginning nor its end", async () => {
  const time = new ManualTime();
  const asked: string[] = [];
  const port = await serve((request, response) => {
    asked.push(request.url ?? "");
    if (request.url === "/begins") response.write("{");
  });
  const slow = clientOf(port, { time, deadlineMs: 100 });
  for (const path of ["/never", "/begins"]) {
    const answer = slow.send({ method: "GET", path });
    await expect.poll(() => asked).toContain(path);
    time.advance(100);
    expect(await answer).toMatchObject({ kind: "timeout", reason: "no answer in time" });
  }
  expect(time.pending).toBe(0);
});

test("an answer that is too long is not read to its end", async () => {
  const port = await serve((_, response) => {
    response.writeHead(200);
    const write = (): void =>
      void (response.write("x".repeat(1_000)) && !response.destroyed && setImmediate(write));
    write();
  });
  expect(await clientOf(port).send({ method: "GET", path: "/" })).toMatchObject({
    kind: "too-large",
    begun: { status: 200 },
  });
});

test("what is not JSON is told with its status", async () => {
  const port = await serve((_, response) => response.writeHead(502).end("<html>"));
  expect(await clientOf(port).send({ method: "GET", path: "/" })).toMatchObject({
    kind: "not-json",
    reason: "answer is not JSON",
    begun: { status: 502 },
  });
});

test("a redirect is not followed", async () => {
  const port = await serve((_, response) =>
    response.writeHead(302, { location: "https://example.org/" }).end("{}"),
  );
  expect(await clientOf(port).send({ method: "GET", path: "/" })).toMatchObject({
    kind: "answer",
    status: 302,
  });
});

test("plain HTTP is for this machine alone", async () => {
  const server = createPlainServer((_, response) => response.end('"plain"')).listen(0, "127.0.0.1");
  await once(server, "listening");
  ends.push(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const answer = await clientOf(port, { url: `http://localhost:${port}` }).send({ method: "GET", path: "/" });
  expect(answer).toMatchObject({ body: "plain" });
  expect(() => clientOf(port, { url: "http://example.org" })).toThrow(RangeError);
});

test("a header that cannot be sent is a fault of ours", async () => {
  const sent = clientOf(1).send({ method: "GET", path: "/", headers: { a: "b\r\nc" } });
  await expect(sent).rejects.toThrow(TypeError);
});
