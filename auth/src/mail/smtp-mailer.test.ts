import type { MailAddress } from "@purrimeter/auth-api/mail-address";
import { afterEach, expect, test } from "vitest";
import { SmtpServer, type SmtpServerOptions } from "../testing/smtp-server.ts";
import { makeTestCertificates } from "../testing/test-certificates.ts";
import type { Mailer } from "./mailer.ts";
import { openSmtpMailer, type SmtpOptions } from "./smtp-mailer.ts";

const certificates = makeTestCertificates();
const servers: SmtpServer[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.stop();
});

async function startServer(tls: SmtpServerOptions["tls"], takes = true): Promise<SmtpServer> {
  const server = await SmtpServer.start({ ...certificates.server, tls, takes });
  servers.push(server);
  return server;
}

const mail = { to: "mia@example.org" as MailAddress, subject: "Hello", text: "Line one\n.\nLine three\n" };

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
  const { authority } = makeTestCertificates();
  await expect(mailerAt(other.port, { authority }).send(mail)).rejects.toThrow();
  expect([...other.plain, ...other.secret].join("\n")).not.toMatch(/AUTH|mia|Line/u);
});

test("says when the message is not taken", async () => {
  const { port } = await startServer("starttls", false);
  await expect(mailerAt(port).send(mail)).rejects.toThrow();
});
