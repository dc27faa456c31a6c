import type { AttemptResult } from "@purrimeter/notifier/attempt";
import { NotifierClient } from "@purrimeter/notifier/notifier-client";
import { startTestNotifier, type TestNotifier } from "@purrimeter/notifier/testing/test-notifier";
import { systemTime } from "@purrimeter/service/system-time";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeTestCertificates, type TestIdentity } from "../testing/test-certificates.ts";
import { MailRejectedError, type Mail } from "./mailer.ts";
import { notifierMailer } from "./notifier-mailer.ts";

const ID = "abcdefghijklmnopqrstuvwxyz";
const MAIL: Mail = { to: "mia@example.org" as Mail["to"], subject: "Hello", text: "Line one\nLine two\n" };
const certificates = makeTestCertificates();
let notifier: TestNotifier;

beforeAll(async () => {
  const { authority, notifier: identity } = certificates;
  notifier = await startTestNotifier({ identity, authority });
});
afterAll(() => notifier.stop());

/** Sends as that service. */
async function sendAs(identity: TestIdentity, mail: Mail = MAIL): Promise<void> {
  const { authority } = certificates;
  const client = new NotifierClient({ url: notifier.url, authority, identity, time: systemTime });
  await notifierMailer(client, systemTime)
    .send(mail, ID)
    .finally(() => client.close());
}

test("the notifier takes the message, whatever its length", async () => {
  await sendAs(certificates.server);
  const [file = ""] = readdirSync(notifier.mailFolder);
  const text = readFileSync(join(notifier.mailFolder, file), "utf8");
  expect(text).toContain(`To: mia@example.org\r\nSubject: Hello\r\n`);
  expect(text).toContain(`Message-ID: <${ID}@purrimeter.invalid>`);
  expect(text).toMatch(/Line one\r\nLine two\r\n/u);
  await sendAs(certificates.server, { ...MAIL, text: "x".repeat(50_000) });
});

test("a service that has nothing to mail is refused, and so is a stranger", async () => {
  await expect(sendAs(certificates.bridge)).rejects.toThrow();
  await expect(sendAs(certificates.impostor)).rejects.toThrow();
  await expect(sendAs(certificates.cloudApi)).rejects.toMatchObject({ code: "MAIL_FAILED" });
});

test.each([
  ["rejected", "MAIL_REJECTED"],
  ["gone", "MAIL_REJECTED"],
  ["failed", "MAIL_FAILED"],
  ["not-allowed", "MAIL_FAILED"],
] as [AttemptResult["outcome"], string][])("%s is an error of the code %s", async (outcome, code) => {
  const client = { attempt: () => Promise.resolve({ outcome, reason: "x" }) };
  const sent = notifierMailer(client, systemTime).send(MAIL, ID);
  await expect(sent).rejects.toMatchObject({ code });
  await expect(sent).rejects.toSatisfy(
    (error) => error instanceof MailRejectedError === (code === "MAIL_REJECTED"),
  );
});
