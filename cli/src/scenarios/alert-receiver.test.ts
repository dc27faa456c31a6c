import { createTestCertificates, type TestCertificates } from "@purrimeter/service/testing/test-certificates";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { AlertReceiver, type WebhookMessage } from "./alert-receiver.ts";

let certificates: TestCertificates;
let receiver: AlertReceiver;
let came: WebhookMessage[] = [];

beforeAll(async () => {
  certificates = await createTestCertificates();
  receiver = await AlertReceiver.start(await certificates.identity("receiver"), (message) =>
    came.push(message),
  );
});
beforeEach(() => {
  came = [];
});
afterAll(() => receiver.close());

async function post(id: string, body: string): Promise<number | undefined> {
  const headers = { "webhook-id": id, "content-type": "application/json" };
  const sent = request(receiver.url, { method: "POST", ca: certificates.authority, headers });
  sent.end(body);
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

it("shows a message once, however often it comes", async () => {
  const data = { alert: "a", kind: "left", tag: "cat-1", at: "2026-03-01T12:00:00.000Z" };
  const body = JSON.stringify({ type: "alert.left", timestamp: data.at, data });
  expect([await post("1", body), await post("1", body), await post("2", body)]).toEqual([204, 204, 204]);
  expect(came).toEqual([
    { type: "alert.left", data },
    { type: "alert.left", data },
  ]);
});

it("takes no message that is none, or too long", async () => {
  const long = JSON.stringify({ type: "alert.left", data: { alert: "a".repeat(20_000) } });
  for (const body of ["", "x", "{}", '{"type":1,"data":{}}', long]) expect(await post("3", body)).toBe(400);
  expect(came).toEqual([]);
});
