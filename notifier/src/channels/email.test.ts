import { createTestCertificates, type TestCertificates } from "@purrimeter/service/testing/test-certificates";
import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { afterEach, beforeAll, expect, test } from "vitest";
import type { AttemptResult, Message } from "../attempt.ts";
import { MAIL_OFF } from "../mail/open-mailer.ts";
import type { Mailer } from "../mail/mailer.ts";
import { openSmtpMailer } from "../mail/smtp-mailer.ts";
import { SmtpServer } from "../testing/smtp-server.ts";
import { emailChannel } from "./email.ts";

const ID = "abcdefghijklmnopqrstuvwxyz";
const MESSAGE: Message = {
  ...{ title: "Alf ist draußen", text: "Line one\n.\nLine three\n", type: "alert.left", at: 0, data: {} },
  ...{ urgency: "normal", ttlS: 0 },
};
let certificates: TestCertificates;
let identity: { key: string; certificate: string };
let server: SmtpServer | undefined;
let silent: Server | undefined;

beforeAll(async () => {
  certificates = await createTestCertificates();
  identity = await certificates.identity("mail");
});
afterEach(() => {
  server?.stop();
  silent?.close();
});

function send(mailer: Mailer, signal = new AbortController().signal): Promise<AttemptResult> {
  const endpoint = { kind: "email", address: "mia@example.org" } as const;
  return emailChannel(mailer)({ id: ID, endpoint, message: MESSAGE, signal });
}

function mailerAt(port: number, authority = certificates.authority): Mailer {
  const from = "Purrimeter <no-reply@purrimeter.example>";
  return openSmtpMailer({ host: "127.0.0.1", port, from, login: { user: "u", password: "p" }, authority });
}

/** A mail server that answers a command so. */
async function serverWith(replies: Record<string, string>): Promise<Mailer> {
  server = await SmtpServer.start({ ...identity, tls: "starttls", replies });
  return mailerAt(server.port);
}

test("mail is delivered over TLS, with the id as its Message-ID", async () => {
  const result = await send(await serverWith({}));
  expect(result).toEqual({ outcome: "delivered", reason: "taken by the mail server", tls: "TLSv1.3" });
  expect(server?.secret).toEqual(
    expect.arrayContaining([
      `Message-ID: <${ID}@purrimeter.invalid>`,
      "RCPT TO:<mia@example.org>",
      "Line three",
    ]),
  );
});

test.each([
  ["RCPT", "550 no such mailbox", "rejected", 550],
  ["RCPT", "553 name not allowed", "rejected", 553],
  ["RCPT", "450 mailbox is busy", "failed", 450],
  ["RCPT", "452 too many", "failed", 452],
  ["RCPT", "530 log in first", "failed", 530],
  [".", "554 refused", "rejected", 554],
  [".", "552 too large", "rejected", 552],
  [".", "451 try again later", "failed", 451],
  ["DATA", "451 not now", "failed", 451],
  ["MAIL", "550 you may not send", "failed", 550],
  ["AUTH", "535 wrong password", "failed", 535],
])("%s answered with %j is %s", async (command, reply, outcome, status) => {
  expect(await send(await serverWith({ [command]: reply }))).toMatchObject({ outcome, status });
});

test("a server that is down, without TLS or with a stranger's certificate has failed, with a reason", async () => {
  const strange = await serverWith({});
  const { authority } = await createTestCertificates();
  const untrusted = mailerAt(server?.port ?? 0, authority);
  const tls = { outcome: "failed", reason: "the mail server has no TLS that is trusted" };
  expect(await send(untrusted)).toEqual(tls);
  server?.stop();
  expect(await send(strange)).toEqual({ outcome: "failed", reason: "the mail server cannot be reached" });
  server = await SmtpServer.start({ ...identity, tls: "none" });
  expect(await send(mailerAt(server.port))).toMatchObject(tls);
});

test("one that hangs is given up with the signal", async () => {
  const ended = new AbortController();
  silent = createServer((socket: Socket) => {
    socket.on("error", () => undefined);
    ended.abort();
  }).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const sent = send(mailerAt((silent.address() as AddressInfo).port), ended.signal);
  expect(await sent).toEqual({ outcome: "failed", reason: "no answer in time" });
});

test.each([
  [MAIL_OFF, "no mail is configured"],
  ["ENOSPC", "the disk of the folder of mails is full"],
  ["EACCES", "the folder of mails cannot be written"],
])("%s has failed: %s", async (code, reason) => {
  const mailer: Mailer = { send: () => Promise.reject(Object.assign(new Error("x"), { code })) };
  expect(await send(mailer)).toEqual({ outcome: "failed", reason });
});

test("a fault of ours is none of the mail server", async () => {
  await expect(send({ send: () => Promise.reject(new TypeError("x")) })).rejects.toThrow(TypeError);
});
