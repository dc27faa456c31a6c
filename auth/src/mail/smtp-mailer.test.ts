import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { afterEach, expect, test } from "vitest";
import type { MailAddress } from "@purrimeter/auth-api/mail-address";
import { makeTestCertificates } from "../testing/test-certificates.ts";
import { openSmtpMailer } from "./smtp-mailer.ts";

const certificates = makeTestCertificates();
const sockets = new Set<Socket>();
let server: Server | undefined;

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server?.close();
});

interface Heard {
  readonly plain: string[];
  readonly secret: string[];
}

/** A mail server of a few words. `offersTls`: whether it can STARTTLS; `takes`: whether it accepts messages. */
async function startServer(offersTls = true, takes = true): Promise<{ port: number; heard: Heard }> {
  const heard: Heard = { plain: [], secret: [] };
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).write("220 test\r\n");
    const startTls = (): void => {
      const { key, certificate: cert } = certificates.server;
      const secure = new TLSSocket(socket, { isServer: true, key, cert });
      converse(
        secure.on("error", () => undefined),
        heard.secret,
        takes,
      );
    };
    converse(socket, heard.plain, takes, offersTls ? startTls : undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, heard };
}

function converse(socket: Socket, heard: string[], takes: boolean, startTls?: () => void): void {
  let inMessage = false;
  const reply = (line: string): void => {
    heard.push(line);
    if (inMessage) {
      inMessage = line !== ".";
      if (!inMessage) socket.write(takes ? "250 taken\r\n" : "554 refused\r\n");
    } else if (line.startsWith("EHLO"))
      socket.write(`250-test\r\n${startTls ? "250-STARTTLS\r\n" : ""}250 AUTH PLAIN\r\n`);
    else if (line === "STARTTLS" && !startTls) socket.write("502 no\r\n");
    else if (line === "STARTTLS") {
      socket.removeAllListeners("data");
      socket.write("220 go\r\n", startTls);
    } else if (line.startsWith("AUTH")) socket.write("235 ok\r\n");
    else if (line === "DATA") {
      inMessage = true;
      socket.write("354 go\r\n");
    } else socket.write("250 ok\r\n");
  };
  let rest = "";
  socket.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split("\r\n");
    rest = lines.pop() ?? "";
    lines.forEach(reply);
  });
}

const mail = { to: "mia@example.org" as MailAddress, subject: "Hello", text: "Line one\n.\nLine three\n" };

function mailerAt(
  port: number,
  authority: string | undefined = certificates.authority,
): ReturnType<typeof openSmtpMailer> {
  const from = "Purrimeter <no-reply@purrimeter.example>";
  return openSmtpMailer({
    host: "127.0.0.1",
    port,
    from,
    login: { user: "u", password: "canary" },
    authority,
  });
}

test("hands the message over inside TLS, password and all", async () => {
  const { port, heard } = await startServer();
  await mailerAt(port).send(mail);
  expect(heard.plain.join("\n")).not.toMatch(/AUTH|mia|canary|Line/u);
  expect(heard.secret).toEqual(
    expect.arrayContaining(["RCPT TO:<mia@example.org>", "Subject: Hello", "Line three"]),
  );
});

test("says nothing to a server without TLS, or with a certificate of somebody else", async () => {
  const without = await startServer(false);
  await expect(mailerAt(without.port).send(mail)).rejects.toThrow();
  expect(without.heard.plain.join("\n")).not.toMatch(/AUTH|mia|Line/u);
  server?.close();
  const other = await startServer();
  await expect(mailerAt(other.port, makeTestCertificates().authority).send(mail)).rejects.toThrow();
  expect([...other.heard.plain, ...other.heard.secret].join("\n")).not.toMatch(/AUTH|mia|Line/u);
});

test("says when the message is not taken", async () => {
  const { port } = await startServer(true, false);
  await expect(mailerAt(port).send(mail)).rejects.toThrow();
});
