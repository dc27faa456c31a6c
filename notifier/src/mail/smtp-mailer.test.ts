import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { afterEach, beforeAll, expect, test } from "vitest";
import { SmtpServer, type SmtpServerOptions } from "../testing/smtp-server.ts";
import {
  createTestCertificates,
  type TestCertificates,
  type TestIdentity,
} from "@purrimeter/service/testing/test-certificates";
import type { Mailer } from "./mailer.ts";
import { openSmtpMailer, type SmtpOptions } from "./smtp-mailer.ts";

let certificates: TestCertificates;
let identity: TestIdentity;
const servers: SmtpServer[] = [];

beforeAll(async () => {
  certificates = await createTestCertificates();
  identity = await certificates.identity("mail");
});
afterEach(() => {
  for (const server of servers.splice(0)) server.stop();
});

async function startServer(tls: SmtpServerOptions["tls"], takes = true): Promise<SmtpServer> {
  const server = await SmtpServer.start({ ...identity, tls, takes });
  servers.push(server);
  return server;
}

const mail = { id: "first", to: "mia@example.org", subject: "Hello", text: "Line one\n.\nLine three\n" };

function mailerAt(port: number, more: Partial<SmtpOptions> = {}): Mailer {
  const from = "Purrimeter <no-reply@purrimeter.example>";
  const login = { user: "u", password: "canary" };
  return openSmtpMailer({ host: "127.0.0.1", port, from, login, authority: certificates.authority, ...more });
}

test("hands the message over inside TLS, password and all", async () => {
  const { port, plain, secret } = await startServer("starttls");
  await mailerAt(port).send(mail);
  expect(plain.join("\n")).not.toMatch(/AUTH|mia|canary|Line/u);
  expect(secret).toEqual(
    expect.arrayContaining(["RCPT TO:<mia@example.org>", "Subject: Hello", "Line three"]),
  );
});

test("begins with TLS where it is told to, on any port", async () => {
  const { port, plain, secret } = await startServer("implicit");
  await mailerAt(port, { tls: "implicit" }).send(mail);
  expect(plain).toEqual([]);
  expect(secret).toEqual(expect.arrayContaining([expect.stringMatching(/^AUTH/u), "Line three"]));
});

test("logs in to a server only when it has a login", async () => {
  const { port, secret } = await startServer("starttls");
  await mailerAt(port, { login: undefined }).send(mail);
  expect(secret).toContain("Line three");
  expect(secret.join("\n")).not.toMatch(/^AUTH/mu);
});

test("says nothing to a server without TLS, or with a certificate of somebody else", async () => {
  const without = await startServer("none");
  await expect(mailerAt(without.port).send(mail)).rejects.toThrow();
  expect(without.plain.join("\n")).not.toMatch(/AUTH|mia|Line/u);
  const other = await startServer("starttls");
  const { authority } = await createTestCertificates();
  await expect(mailerAt(other.port, { authority }).send(mail)).rejects.toThrow();
  expect([...other.plain, ...other.secret].join("\n")).not.toMatch(/AUTH|mia|Line/u);
});

test("says when the message is not taken", async () => {
  const { port } = await startServer("starttls", false);
  await expect(mailerAt(port).send(mail)).rejects.toThrow();
});

test("tells by which protocol the message was handed over", async () => {
  const { port } = await startServer("starttls");
  expect(await mailerAt(port).send(mail)).toEqual({ tls: "TLSv1.3" });
});

test("a server that is silent holds the message until the signal, and its connection ends", async () => {
  const silent = createServer().listen(0, "127.0.0.1");
  await once(silent, "listening");
  const connected = once(silent, "connection") as Promise<[Socket]>;
  const ended = new AbortController();
  const sent = mailerAt((silent.address() as AddressInfo).port).send(mail, ended.signal);
  const [socket] = await connected;
  const closed = once(socket.resume(), "close");
  ended.abort();
  await expect(sent).rejects.toThrow();
  await closed;
  silent.close();
});
