import { createTestCertificates, type TestCertificates } from "@purrimeter/service/testing/test-certificates";
import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { SecureContext } from "node:tls";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { TestReceiver } from "../testing/test-receiver.ts";
import { Destinations } from "./destinations.ts";
import { NOT_PUBLIC } from "./endpoint-url.ts";
import { createPost, TOO_SLOW, trustedBy, type Post, type PostAnswer, type PostFailure } from "./post.ts";
import type { HostAddress, ResolveHost } from "./resolve-host.ts";

const LOOPBACK = new Destinations(["127.0.0.0/8"]);
const HERE: HostAddress = { address: "127.0.0.1", family: 4 };
let certificates: TestCertificates;
let receiver: TestReceiver;
let old: TestReceiver;
let stopping: AbortController;
let trusted: SecureContext;
let post: Post;

beforeAll(async () => {
  certificates = await createTestCertificates();
  trusted = trustedBy(certificates.authority);
  receiver = await TestReceiver.start(certificates, "receiver");
  old = await TestReceiver.start(certificates, "old", { maxVersion: "TLSv1.2" });
});
beforeEach(() => {
  stopping = new AbortController();
  receiver.received.length = 0;
  receiver.connections = 0;
  receiver.answering = (outgoing) => outgoing.writeHead(204).end();
  post = postTo(() => Promise.resolve([HERE]));
});
afterEach(() => stopping.abort());
afterAll(() => Promise.all([receiver.stop(), old.stop()]));

function postTo(resolve: ResolveHost, destinations = LOOPBACK): Post {
  return createPost({ destinations, trusted, resolve });
}

const send = (url = receiver.url, by = post): Promise<PostAnswer | PostFailure> =>
  by({ url, headers: { "x-a": "b" }, body: Buffer.from("hello"), signal: stopping.signal });

test("posts over TLS 1.3 with a verified certificate, and tells so", async () => {
  expect(await send()).toEqual({ kind: "answer", status: 204, retryAfter: undefined, tls: "TLSv1.3" });
  expect(receiver.received).toMatchObject([{ method: "POST", url: "/hook", headers: { "x-a": "b" } }]);
  expect(receiver.received[0]?.body.toString()).toBe("hello");
});

test("TLS 1.2 is enough; what is older, or weak, is not", async () => {
  expect(await send(old.url)).toMatchObject({ status: 204, tls: "TLSv1.2" });
  const weak = await TestReceiver.start(certificates, "weak", {
    maxVersion: "TLSv1.2",
    ciphers: "ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES128-SHA:AES128-GCM-SHA256",
  });
  expect(await send(weak.url)).toMatchObject({
    kind: "failed",
    reason: expect.stringContaining("TLS") as string,
  });
  expect(weak.received).toEqual([]);
  await weak.stop();
});

test("a certificate of an unknown authority, of another name or of the past is refused before a word", async () => {
  const other = await createTestCertificates();
  const [stranger, late] = await Promise.all([TestReceiver.start(other, "a"), expiredReceiver()]);
  const unknown = { kind: "failed", reason: "the certificate or TLS: unknown authority" };
  expect(await send(stranger.url)).toMatchObject(unknown);
  expect(await send(late.url)).toMatchObject({ reason: "the certificate or TLS: certificate has expired" });
  const named = `https://other.example:${receiver.port}/`;
  expect(await send(named)).toMatchObject({
    reason: "the certificate or TLS: certificate is for another name",
  });
  // The system's authorities do not sign ours.
  expect(
    await send(receiver.url, createPost({ destinations: LOOPBACK, trusted: trustedBy() })),
  ).toMatchObject(unknown);
  expect([...stranger.received, ...late.received, ...receiver.received]).toEqual([]);
  await Promise.all([stranger.stop(), late.stop()]);
});

async function expiredReceiver(): Promise<TestReceiver> {
  return TestReceiver.start({ ...certificates, identity: (name) => certificates.expired(name) }, "late");
}

test.each([
  ["loopback", [HERE]],
  ["the public network and to loopback", [{ address: "1.1.1.1", family: 4 }, HERE]],
  ["loopback by IPv6", [{ address: "::1", family: 6 }]],
  ["an IPv4 address in IPv6", [{ address: "::ffff:127.0.0.1", family: 6 }]],
  ["the metadata of a cloud", [{ address: "169.254.169.254", family: 4 }]],
  ["NAT64 of loopback", [{ address: "64:ff9b::7f00:1", family: 6 }]],
  ["no address", [{ address: "nowhere", family: 4 }]],
] as [string, HostAddress[]][])(
  "a name that leads to %s is refused, and nothing is dialled",
  async (_, found) => {
    const named = `https://receiver.example:${receiver.port}/`;
    const refused = await send(
      named,
      postTo(() => Promise.resolve(found), new Destinations([])),
    );
    expect(refused).toEqual({ kind: "refused", reason: NOT_PUBLIC });
    expect(receiver.connections).toBe(0);
  },
);

test("a name that changes between the check and the dialling is asked once: what was checked is dialled", async () => {
  const inner = createServer().listen(0, "127.0.0.2");
  await once(inner, "listening");
  const dialled: string[] = [];
  inner.on("connection", () => dialled.push("inner"));
  let asked = 0;
  const rebinding: ResolveHost = () =>
    Promise.resolve([{ address: ++asked === 1 ? "127.0.0.1" : "127.0.0.2", family: 4 }]);
  const onlyFirst = new Destinations(["127.0.0.1/32"]);
  expect(await send(receiver.url, postTo(rebinding, onlyFirst))).toMatchObject({ status: 204 });
  expect([asked, dialled]).toEqual([1, []]);
  // The next message is checked anew, and refused.
  expect(await send(receiver.url, postTo(rebinding, onlyFirst))).toEqual({
    kind: "refused",
    reason: NOT_PUBLIC,
  });
  expect([asked, dialled, receiver.connections]).toEqual([2, [], 1]);
  inner.close();
});

test("localhost is loopback, and no name server is asked", async () => {
  const unasked = createPost({ destinations: new Destinations([]), trusted });
  for (const host of ["localhost", "LOCALHOST", "a.localhost", "localhost."])
    expect(await send(`https://${host}:${receiver.port}/`, unasked)).toEqual({
      kind: "refused",
      reason: NOT_PUBLIC,
    });
});

test.each([301, 302, 303, 307, 308])("a redirect (%i) is not followed", async (status) => {
  const location = `https://localhost:${old.port}/inner`;
  receiver.answering = (outgoing) => outgoing.writeHead(status, { location }).end();
  const before = old.connections;
  expect(await send()).toMatchObject({ kind: "answer", status });
  expect(old.connections).toBe(before);
});

test("10 GB of answer are not read", async () => {
  let written = 0;
  const chunk = Buffer.alloc(65_536);
  const closed = Promise.withResolvers<void>();
  receiver.answering = (outgoing) => {
    outgoing.writeHead(200, { "content-length": 10 ** 10 });
    const more = (): void => {
      while (outgoing.write(chunk)) written += chunk.length;
    };
    outgoing.on("drain", more).on("close", () => closed.resolve());
    more();
  };
  expect(await send()).toMatchObject({ status: 200 });
  await closed.promise;
  expect(written).toBeLessThan(10_000_000);
});

test("a 200 whose body never ends is a 200, and its connection ends with the signal", async () => {
  receiver.answering = (outgoing) => void outgoing.writeHead(200).write("a");
  expect(await send()).toMatchObject({ status: 200 });
  expect(receiver.open).toBe(1);
  stopping.abort();
  await expect.poll(() => receiver.open).toBe(0);
});

test("one that hangs is given up with the signal", async () => {
  receiver.answering = () => stopping.abort();
  expect(await send()).toEqual({ kind: "failed", reason: TOO_SLOW });
  await expect.poll(() => receiver.open).toBe(0);
});

test("a name server that hangs is given up with the signal", async () => {
  const hanging = postTo(
    (_, signal) => new Promise((_resolve, reject) => signal.addEventListener("abort", reject)),
  );
  const sent = send(receiver.url, hanging);
  stopping.abort();
  expect(await sent).toEqual({ kind: "failed", reason: TOO_SLOW });
});

/** A server of raw bytes, inside of nothing. */
async function rawServer(talk: (socket: Socket) => void): Promise<{ server: Server; url: string }> {
  const server = createServer((socket) => talk(socket.on("error", () => undefined))).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, url: `https://localhost:${(server.address() as AddressInfo).port}/` };
}

test("what is no TLS, closes at once, or is not there, has failed with its reason", async () => {
  const plain = await rawServer((socket) => socket.end("HTTP/1.1 200 OK\r\n\r\n"));
  const rude = await rawServer((socket) => socket.destroy());
  expect(await send(plain.url)).toEqual({ kind: "failed", reason: "the certificate or TLS: not TLS" });
  expect(await send(rude.url)).toEqual({ kind: "failed", reason: "the connection was closed" });
  for (const { server } of [plain, rude]) server.close();
  expect(await send(rude.url)).toEqual({ kind: "failed", reason: "nothing listens at the address" });
  const unknown = postTo(() => Promise.resolve([]));
  expect(await send(receiver.url, unknown)).toEqual({ kind: "failed", reason: "the host name is unknown" });
});

test("an answer that is no HTTP, or with endless headers, has failed", async () => {
  receiver.answering = (outgoing) => outgoing.socket?.end("nonsense\r\n\r\n");
  expect(await send()).toEqual({ kind: "failed", reason: "the answer is not HTTP" });
  receiver.answering = (outgoing) =>
    outgoing.socket?.end(`HTTP/1.1 200 OK\r\na: ${"b".repeat(20_000)}\r\n\r\n`);
  expect(await send()).toEqual({ kind: "failed", reason: "the headers of the answer are too long" });
});
