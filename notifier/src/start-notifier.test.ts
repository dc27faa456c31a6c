import {
  createTestCertificates,
  type TestCertificates,
  type TestIdentity,
} from "@purrimeter/service/testing/test-certificates";
import { systemTime } from "@purrimeter/service/system-time";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request, type RequestOptions } from "node:https";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { MAX_ATTEMPT_BYTES, type Attempt } from "./attempt.ts";
import { NotifierClient } from "./notifier-client.ts";
import { startTestNotifier, type TestNotifier } from "./testing/test-notifier.ts";
import { TestReceiver } from "./testing/test-receiver.ts";

const NAMES = ["alerts", "auth", "cloud-api", "bridge"] as const;
type Name = (typeof NAMES)[number];

const WEBHOOK: Attempt = {
  id: "abcdefghijklmnopqrstuvwxyz",
  endpoint: {
    ...{ kind: "webhook", url: "https://localhost/" },
    ...{ secrets: [`whsec_${Buffer.alloc(32).toString("base64")}`], keys: [] },
  },
  message: {
    ...{ title: "Alf is out", text: "Alf left Home.", type: "alert.left", at: 1_800_000_000, data: {} },
    ...{ urgency: "high", ttlS: 60 },
  },
};
const EMAIL: Attempt = { ...WEBHOOK, endpoint: { kind: "email", address: "mia@example.org" } };

let certificates: TestCertificates;
let elsewhere: TestCertificates;
let notifier: TestNotifier;
let receiver: TestReceiver;
const identities = new Map<Name, TestIdentity>();

beforeAll(async () => {
  [certificates, elsewhere] = await Promise.all([createTestCertificates(), createTestCertificates()]);
  for (const name of NAMES) identities.set(name, await certificates.identity(name));
  receiver = await TestReceiver.start(certificates, "receiver");
  notifier = await startTestNotifier({
    identity: await certificates.identity("notifier"),
    authority: certificates.serviceAuthority,
    config: { allowedNetworks: ["127.0.0.0/8"] },
  });
});
beforeEach(() => {
  receiver.received.length = 0;
});
afterAll(async () => {
  await notifier.stop();
  await receiver.stop();
});

function clientOf(name: Name, from = certificates): NotifierClient {
  const identity = identities.get(name) as TestIdentity;
  const { serviceAuthority: authority } = from;
  return new NotifierClient({ url: notifier.url, authority, identity, time: systemTime });
}

/** One request as that service, as it is. */
async function ask(name: Name, options: RequestOptions, body?: string | Buffer) {
  const { key, certificate: cert } = identities.get(name) as TestIdentity;
  const tls = { key, cert, ca: certificates.authority, agent: false } as const;
  const outgoing = request({
    host: "127.0.0.1",
    servername: "localhost",
    port: notifier.port,
    ...tls,
    ...options,
  });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
  const said = await text(incoming);
  return { status: incoming.statusCode, type: incoming.headers["content-type"], said };
}

const JSON_TYPE = { "content-type": "application/json" };

const post = (body: string | Buffer, headers: Record<string, string> = JSON_TYPE) =>
  ask("alerts", { method: "POST", path: "/attempts", headers }, body);

test.each<[Name, boolean, boolean]>([
  ["alerts", true, true],
  ["auth", true, false],
  ["cloud-api", false, true],
])("%s may attempt: %s, and read the push key: %s", async (name, mayAttempt, mayRead) => {
  const client = clientOf(name);
  const attempted = await client.attempt(EMAIL);
  expect(attempted).toMatchObject(
    mayAttempt ? { outcome: "delivered" } : { outcome: "no-answer", status: 403, code: "none" },
  );
  const key = await client.pushKey();
  expect(key === undefined ? undefined : Buffer.from(key, "base64url").length).toBe(mayRead ? 65 : undefined);
  client.close();
});

test("another service of ours, a stranger with a caller's name, and somebody without a certificate are not let in", async () => {
  const bridge = clientOf("bridge");
  expect(await bridge.attempt(EMAIL)).toMatchObject({ outcome: "no-answer" });
  identities.set("bridge", await elsewhere.identity("alerts"));
  const stranger = clientOf("bridge");
  expect(await stranger.attempt(EMAIL)).toMatchObject({ outcome: "no-answer" });
  for (const client of [bridge, stranger]) client.close();
  const bare = request({
    host: "localhost",
    port: notifier.port,
    ca: certificates.authority,
    agent: false,
  }).end();
  await expect(once(bare, "response")).rejects.toThrow();
  expect(notifier.logLines.join("")).toContain('"event":"connection.refused"');
});

test("a notifier that is another's is not believed", async () => {
  const client = clientOf("alerts", elsewhere);
  expect(await client.attempt(EMAIL)).toMatchObject({ outcome: "no-answer" });
  expect(await client.pushKey()).toBeUndefined();
  client.close();
});

test("mail is a file, and a webhook of an unknown authority is nothing", async () => {
  const client = clientOf("alerts");
  const before = readdirSync(notifier.mailFolder).length;
  const other = { ...EMAIL, id: "zyxwvutsrqponmlkjihgfedcba" };
  expect(await client.attempt(other)).toEqual({
    ...{ outcome: "delivered", reason: "written into the folder of mails" },
  });
  expect(readdirSync(notifier.mailFolder)).toHaveLength(before + 1);
  const endpoint = { ...WEBHOOK.endpoint, url: receiver.url } as Attempt["endpoint"];
  expect(await client.attempt({ ...WEBHOOK, endpoint })).toEqual({
    ...{ outcome: "failed", reason: "the certificate or TLS: unknown authority" },
  });
  expect(receiver.received).toEqual([]);
  client.close();
});

test.each([
  ["no JSON", "{", 400],
  ["a member twice", '{"id":"a","id":"b"}', 400],
  ["nothing", "", 400],
  ["a deep one", `${'{"data":'.repeat(20)}1${"}".repeat(20)}`, 400],
  ["a large one", `{"id":"${"x".repeat(MAX_ATTEMPT_BYTES)}"}`, 413],
  ["another kind", JSON.stringify({ ...EMAIL, endpoint: { kind: "sms", number: "1" } }), 400],
  ["one member more", JSON.stringify({ ...EMAIL, from: "x" }), 400],
  ["a wrong id", JSON.stringify({ ...EMAIL, id: "../../x" }), 400],
  [
    "a title of two lines",
    JSON.stringify({ ...EMAIL, message: { ...EMAIL.message, title: "a\r\nBcc: x" } }),
    400,
  ],
  ["two mailboxes", JSON.stringify({ ...EMAIL, endpoint: { kind: "email", address: "a@b.c,d@e.f" } }), 400],
  [
    "a mailbox with a line",
    JSON.stringify({ ...EMAIL, endpoint: { kind: "email", address: "a@b.c\nRCPT" } }),
    400,
  ],
  [
    "a short secret",
    JSON.stringify({ ...WEBHOOK, endpoint: { ...WEBHOOK.endpoint, secrets: ["whsec_AAAA"] } }),
    400,
  ],
  [
    "a token with a line",
    JSON.stringify({ ...EMAIL, endpoint: { kind: "ntfy", url: "https://a/", token: "a\nb" } }),
    400,
  ],
])("a body that is %s is a problem, and repeats nothing", async (_, body, status) => {
  const answer = await post(body);
  expect(answer).toMatchObject({ status, type: "application/problem+json" });
  expect(answer.said).not.toMatch(/example\.org|sms|Bcc|\bRCPT|AAAA/u);
});

test("another media type, another path and another method are problems", async () => {
  expect((await post(JSON.stringify(EMAIL), { "content-type": "text/plain" })).status).toBe(415);
  expect((await ask("alerts", { path: "/accounts.db" })).status).toBe(404);
  expect((await ask("alerts", { path: "/attempts" })).status).toBe(405);
  expect((await ask("alerts", { path: "/push-key", method: "DELETE" })).status).toBe(405);
});

test("what is logged and measured names no address, host, text or secret", async () => {
  const client = clientOf("alerts");
  await client.attempt({
    ...WEBHOOK,
    endpoint: { ...WEBHOOK.endpoint, url: "https://169.254.169.254/canary" } as never,
  });
  client.close();
  const { text: metrics } = await notifier.metrics.text();
  expect(metrics).toMatch(/purrimeter_notifier_attempts_total\{channel="webhook",outcome="not-allowed"\} 1/u);
  expect(metrics).toMatch(/purrimeter_notifier_attempt_seconds_count\{channel="email"\} \d+/u);
  const log = notifier.logLines.join("\n");
  expect(log).toMatch(/"event":"webhook\.not-allowed","reason":"the address is not of the public network"/u);
  for (const said of [log, metrics]) expect(said).not.toMatch(/mia|example\.org|169\.254|canary|Alf|whsec_/u);
});

test("a stop does not wait for an endpoint that hangs, and its caller has no answer", async () => {
  const hanging = await startTestNotifier({
    identity: await certificates.identity("other-notifier"),
    authority: certificates.serviceAuthority,
    config: { allowedNetworks: ["127.0.0.0/8"] },
  });
  // TLS never begins: the certificate is not asked for.
  const silent = createServer().listen(0, "127.0.0.1");
  await once(silent, "listening");
  const { port } = silent.address() as AddressInfo;
  const connected = once(silent, "connection") as Promise<[Socket]>;
  const { serviceAuthority: authority } = certificates;
  const identity = identities.get("alerts") as TestIdentity;
  const client = new NotifierClient({ url: hanging.url, authority, identity, time: systemTime });
  const url = `https://localhost:${port}/`;
  const attempt = client.attempt({
    ...WEBHOOK,
    endpoint: { ...WEBHOOK.endpoint, url } as Attempt["endpoint"],
  });
  const [socket] = await connected;
  const closed = once(socket.on("error", () => undefined).resume(), "close");
  await hanging.stop();
  expect(await attempt).toMatchObject({ outcome: "no-answer" });
  await closed;
  client.close();
  silent.close();
});
