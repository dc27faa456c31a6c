import { createHmac, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog } from "@purrimeter/service/log";
import { createTestCertificates } from "@purrimeter/service/testing/test-certificates";
import { ManualTime } from "@purrimeter/service/testing/manual-time";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Webhook, webhookKey, type WebhookOptions } from "./webhook.ts";

interface Received {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const KEY = randomBytes(32);
const MESSAGE = { id: "m1", type: "alarm.raised", at: 1_800_000_000, data: { rule: "disk-filling" } };

let folder: string;
let server: Server;
let port: number;
let authority: string;
let received: Received[];
let answers: { status: number; headers?: Record<string, string> }[];
let lines: string[];
let time: ManualTime;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-webhook-"));
  const certificates = await createTestCertificates();
  const { key, certificate } = await certificates.identity("receiver");
  authority = join(folder, "authority.pem");
  writeFileSync(authority, certificates.authority);
  server = createServer({ key, cert: certificate }, (request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
    request.on("end", () => {
      received.push({ url: request.url ?? "", headers: request.headers, body });
      const { status, headers } = answers.shift() ?? { status: 204 };
      response.writeHead(status, headers).end();
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  [received, answers, lines] = [[], [], []];
  time = new ManualTime();
});

function open(changes: Partial<WebhookOptions> = {}): Webhook {
  const log = createLog("auth", { write: (line: string) => void lines.push(line) });
  const where = { url: `https://localhost:${port}/hook?of=cats`, authority, allowPrivate: true };
  return new Webhook({ ...where, key: KEY, log, time, ...changes });
}

const told = (event: string): Promise<void> =>
  expect.poll(() => lines.join(""), { timeout: 30_000 }).toContain(event);

const taken = (count: number): Promise<void> =>
  expect.poll(() => received.length, { timeout: 30_000 }).toBe(count);

test("a message is signed as Standard Webhooks says", async () => {
  const webhook = open();
  webhook.post(MESSAGE);
  await taken(1);
  const [{ url, headers, body }] = received as [Received];
  const signed = createHmac("sha256", KEY).update(`m1.1800000000.${body}`).digest("base64");
  expect(url).toBe("/hook?of=cats");
  expect(headers).toMatchObject({
    "webhook-id": "m1",
    "webhook-timestamp": "1800000000",
    "webhook-signature": `v1,${signed}`,
    "content-type": "application/json",
  });
  const data = { rule: "disk-filling" };
  expect(JSON.parse(body)).toEqual({ type: "alarm.raised", timestamp: "2027-01-15T08:00:00.000Z", data });
  await webhook.close();
});

test("a message that is refused comes again with the same id and a new time, and then no more", async () => {
  const webhook = open();
  answers.push({ status: 500 }, { status: 200 });
  webhook.post(MESSAGE);
  await taken(1);
  await told("alarm.webhook-retried");
  time.advance(5_000);
  await taken(2);
  expect(received.map(({ headers }) => headers["webhook-id"])).toEqual(["m1", "m1"]);
  expect(received[1]?.headers["webhook-timestamp"]).toBe("1800000005");
  await webhook.close();
  expect(lines.join("")).not.toContain("alarm.webhook-failed");
});

test("a redirect is not followed", async () => {
  const webhook = open();
  answers.push({ status: 307, headers: { location: `https://localhost:${port}/elsewhere` } });
  webhook.post(MESSAGE);
  await told('"reason":"answered 307"');
  await webhook.close();
  expect(received.map(({ url }) => url)).toEqual(["/hook?of=cats"]);
});

test("a certificate of an unknown authority gets no message", async () => {
  const webhook = open({ authority: undefined });
  webhook.post(MESSAGE);
  await told("alarm.webhook-retried");
  await webhook.close();
  expect(received).toEqual([]);
});

test("a name that leads to this machine gets none, unless that is allowed", async () => {
  const webhook = open({ allowPrivate: false });
  webhook.post(MESSAGE);
  await told("EADDRNOTPUBLIC");
  await webhook.close();
  expect(received).toEqual([]);
});

test.each(["127.0.0.1", "[::1]", "10.0.0.1", "0x7f.1", "169.254.169.254", "[::ffff:10.0.0.1]"])(
  "the address %s is refused at the start",
  (host) => {
    expect(() => open({ url: `https://${host}/`, allowPrivate: false })).toThrow(/is not public/u);
  },
);

test("a server that is gone does not hold an end up, and what waits is bounded", async () => {
  const webhook = open({ url: "https://localhost:9/hook" });
  for (let i = 0; i < 150; i++) webhook.post({ ...MESSAGE, id: `m${i}` });
  expect(lines.filter((line) => line.includes("alarm.webhook-dropped"))).toHaveLength(50);
  await told("alarm.webhook-retried");
  const closed = webhook.close();
  time.advance(1_500);
  await closed;
});

test.each(["", "whsec_", "whsec_AAAA", `whsec_${"A".repeat(31)}*`, randomBytes(32).toString("base64")])(
  "%s is no secret, and is not repeated",
  (secret) => {
    expect(() => webhookKey(secret)).toThrow("the secret webhook-secret must be whsec_");
  },
);

test("a secret is the key in Base64 after whsec_", () => {
  expect(webhookKey(`whsec_${KEY.toString("base64")}\n`)).toEqual(KEY);
});
