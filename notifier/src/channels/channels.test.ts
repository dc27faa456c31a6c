import { createTestCertificates } from "@purrimeter/service/testing/test-certificates";
import { createDecipheriv, createECDH, createHmac, generateKeyPairSync, hkdfSync } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { AttemptResult, Message } from "../attempt.ts";
import { Destinations } from "../outgoing/destinations.ts";
import { createPost, trustedBy, type Post } from "../outgoing/post.ts";
import { Vapid } from "../push/vapid.ts";
import { TestReceiver, type Received } from "../testing/test-receiver.ts";
import { ntfyChannel } from "./ntfy.ts";
import { pushChannel } from "./push.ts";
import { webhookChannel } from "./webhook.ts";

const ID = "abcdefghijklmnopqrstuvwxyz";
const NOW_S = 1_800_000_000;
const { signal } = new AbortController();
const nowS = (): number => NOW_S;
const MESSAGE: Message = {
  ...{ title: "Alf is out", text: "Alf left Home at 12:00.\nLook at the map.", type: "alert.left" },
  ...{ at: NOW_S - 5, data: { alert: "abc" }, urgency: "high", ttlS: 3_600 },
};
const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const browser = createECDH("prime256v1");
browser.generateKeys();
const AUTH = Buffer.alloc(16, 5);
let receiver: TestReceiver;
let post: Post;
let vapid: Vapid;

beforeAll(async () => {
  const certificates = await createTestCertificates();
  receiver = await TestReceiver.start(certificates, "receiver");
  const destinations = new Destinations(["127.0.0.0/8"]);
  post = createPost({ destinations, trusted: trustedBy(certificates.authority) });
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  vapid = new Vapid(
    Buffer.from(privateKey.export({ type: "pkcs8", format: "pem" })),
    "mailto:ops@example.org",
  );
});
beforeEach(() => {
  receiver.received.length = 0;
});
afterAll(() => receiver.stop());

const send = {
  webhook: (message = MESSAGE, url = receiver.url): Promise<AttemptResult> =>
    webhookChannel(
      post,
      nowS,
    )({
      ...{ id: ID, message, signal },
      endpoint: { kind: "webhook", url, secrets: [SECRET], keys: [] },
    }),
  ntfy: (message = MESSAGE, url = receiver.url): Promise<AttemptResult> =>
    ntfyChannel(post, nowS)({ id: ID, endpoint: { kind: "ntfy", url, token: "tk_secret" }, message, signal }),
  push: (message = MESSAGE, url = receiver.url): Promise<AttemptResult> =>
    pushChannel({ post, vapid, navigate: "https://cats.example/", nowS })({
      ...{ id: ID, message, signal },
      endpoint: {
        ...{ kind: "push", url },
        p256dh: browser.getPublicKey("base64url"),
        auth: AUTH.toString("base64url"),
      },
    }),
};

type Kind = keyof typeof send;

function answer(status: number, headers: Record<string, string> = {}): void {
  receiver.answering = (outgoing) => outgoing.writeHead(status, headers).end();
}

/** The only request. */
function taken(): Received {
  const [first, ...more] = receiver.received;
  expect(more).toEqual([]);
  return first as Received;
}

/** What the browser reads of a push, without its padding. */
function opened(message: Buffer): Record<string, unknown> {
  const [salt, theirs] = [message.subarray(0, 16), message.subarray(21, 86)];
  const hkdf = (input: Buffer, by: Buffer, info: Buffer, length: number): Buffer =>
    Buffer.from(hkdfSync("sha256", input, by, info, length));
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), browser.getPublicKey(), theirs]);
  const input = hkdf(browser.computeSecret(theirs), AUTH, info, 32);
  const key = hkdf(input, salt, Buffer.from("Content-Encoding: aes128gcm\0"), 16);
  const nonce = hkdf(input, salt, Buffer.from("Content-Encoding: nonce\0"), 12);
  const decipher = createDecipheriv("aes-128-gcm", key, nonce).setAuthTag(message.subarray(-16));
  const plain = Buffer.concat([decipher.update(message.subarray(86, -16)), decipher.final()]);
  return JSON.parse(plain.subarray(0, plain.lastIndexOf(2)).toString()) as Record<string, unknown>;
}

describe.each<[Kind, { gone: number[]; rejected: number[] }]>([
  ["webhook", { gone: [410], rejected: [413] }],
  ["ntfy", { gone: [410], rejected: [413] }],
  ["push", { gone: [404, 410], rejected: [413] }],
])("%s", (kind, { gone, rejected }) => {
  test.each([200, 201, 202, 204, 299])("%i is a delivery, and the protocol is told", async (status) => {
    answer(status);
    expect(await send[kind]()).toEqual({
      ...{ outcome: "delivered", reason: "taken by the endpoint", status, tls: "TLSv1.3" },
    });
  });

  test.each([301, 400, 401, 403, 404, 410, 413, 418, 429, 500, 502, 503, 504])(
    "%i is what it means",
    async (status) => {
      answer(status, { location: receiver.url });
      const outcome = gone.includes(status) ? "gone" : rejected.includes(status) ? "rejected" : "failed";
      expect(await send[kind]()).toMatchObject({ outcome, status });
      taken();
    },
  );

  test.each([429, 502, 503, 504])("%i with Retry-After says when to come back", async (status) => {
    answer(status, { "retry-after": "120" });
    expect(await send[kind]()).toMatchObject({ outcome: "failed", retryAfterS: 120 });
    answer(status, { "retry-after": "Fri, 15 Jan 2027 08:00:30 GMT" });
    expect(await send[kind]()).toMatchObject({ outcome: "failed", retryAfterS: 30 });
    answer(status, { "retry-after": "99999999" });
    expect(await send[kind]()).toMatchObject({ outcome: "failed", retryAfterS: 86_400 });
  });

  test.each(["https://169.254.169.254/", "https://[::ffff:a9fe:a9fe]/", "http://localhost/", "nothing"])(
    "%s is not allowed",
    async (url) => expect(await send[kind](MESSAGE, url)).toMatchObject({ outcome: "not-allowed" }),
  );

  test("the answer's own words are in no result", async () => {
    receiver.answering = (outgoing) => outgoing.writeHead(500, "canary", { "x-a": "canary" }).end("canary");
    expect(JSON.stringify(await send[kind]())).not.toContain("canary");
  });
});

test("a webhook has type, time and data, the id, and a signature of exactly that", async () => {
  answer(204);
  await send.webhook();
  const { headers, body } = taken();
  expect(JSON.parse(body.toString())).toEqual({
    ...{ type: "alert.left", timestamp: "2027-01-15T07:59:55.000Z", data: { alert: "abc" } },
  });
  const signed = createHmac("sha256", Buffer.alloc(32, 7)).update(`${ID}.${NOW_S}.`).update(body);
  expect(headers).toMatchObject({
    ...{ "webhook-id": ID, "webhook-timestamp": `${NOW_S}`, "content-type": "application/json" },
    "webhook-signature": `v1,${signed.digest("base64")}`,
  });
});

test("a webhook of more than 20,000 bytes is not sent", async () => {
  const data = { long: "x".repeat(20_000) };
  expect(await send.webhook({ ...MESSAGE, data })).toMatchObject({ outcome: "rejected" });
  expect(receiver.received).toEqual([]);
});

test("ntfy gets title, text, priority and token, and the id twice", async () => {
  answer(200);
  await send.ntfy({ ...MESSAGE, navigate: "https://cats.example/alf" });
  const { url, headers, body } = taken();
  expect([url, body.toString()]).toEqual(["/hook", MESSAGE.text]);
  expect(headers).toMatchObject({
    ...{ title: "Alf is out", priority: "5", tags: "cat", click: "https://cats.example/alf" },
    ...{ authorization: "Bearer tk_secret", "x-message-id": ID, "x-sequence-id": ID },
  });
});

test("ntfy gets a title beyond ASCII as an encoded word, and no text that would be an attachment", async () => {
  answer(200);
  await send.ntfy({ ...MESSAGE, title: "Mäuschen ist draußen", text: "ü".repeat(8_000), urgency: "normal" });
  const { headers, body } = taken();
  expect(headers["title"]).toBe(`=?UTF-8?B?${Buffer.from("Mäuschen ist draußen").toString("base64")}?=`);
  expect([headers["priority"], headers["click"]]).toEqual(["3", undefined]);
  expect(body.length).toBeLessThanOrEqual(4_000);
  expect(body.toString()).toMatch(/^ü+…$/u);
});

test("a push is a declarative message with the id, which only the browser reads", async () => {
  answer(201);
  await send.push({ ...MESSAGE, topic: "alf", navigate: "https://cats.example/alf" });
  const { headers, body } = taken();
  expect(headers).toMatchObject({
    ...{ "content-encoding": "aes128gcm", ttl: "3600", urgency: "high", topic: "alf", "x-message-id": ID },
    authorization: expect.stringMatching(/^vapid t=[\w.-]+, k=[\w-]{87}$/u) as string,
  });
  const notification = {
    title: "Alf is out",
    body: MESSAGE.text,
    navigate: "https://cats.example/alf",
    tag: "alf",
  };
  expect(opened(body)).toEqual({ web_push: 8030, notification, id: ID, type: "alert.left" });
  expect(body.toString("latin1")).not.toMatch(/Alf|cats/u);
});

test("a push without an address leads home, one that comes twice replaces itself, and lengths are rounded", async () => {
  answer(201);
  await send.push();
  const first = taken().body;
  expect(opened(first)["notification"]).toMatchObject({ navigate: "https://cats.example/", tag: ID });
  await send.push({ ...MESSAGE, text: "Shorter." });
  expect(receiver.received[1]?.body).toHaveLength(first.length);
});

test.each(["x", "ü", "🐈", '"'])(
  "a push of a text that is too long, of %j, is cut to 4,096 bytes",
  async (letter) => {
    answer(201);
    expect(await send.push({ ...MESSAGE, text: letter.repeat(8_000) })).toMatchObject({
      outcome: "delivered",
    });
    const { body } = taken();
    expect(body.length).toBeLessThanOrEqual(4_096);
    expect(opened(body)["notification"]).toMatchObject({ body: expect.stringMatching(/…$/u) as string });
  },
);

test("a subscription with keys that are none gets nothing", async () => {
  const endpoint = { kind: "push", url: receiver.url, p256dh: "AAAA", auth: "AAAA" } as const;
  const channel = pushChannel({ post, vapid, navigate: "https://cats.example/", nowS });
  expect(await channel({ id: ID, message: MESSAGE, signal, endpoint })).toMatchObject({
    outcome: "rejected",
  });
  expect(receiver.received).toEqual([]);
});
