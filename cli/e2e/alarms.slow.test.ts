import { SmtpServer } from "@purrimeter/notifier/testing/smtp-server";
import { createTestCertificates } from "@purrimeter/service/testing/test-certificates";
import { createHmac, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request, type Server } from "node:https";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dataFiles } from "../src/data-folder/data-files.ts";
import { DEADLINE_MS, purrimeter, servicesOf, start, until, type Started } from "./running-purrimeter.ts";

/** Guesses of one address that trip the rule, each another code. */
const GUESSES = 10;

const files = dataFiles(mkdtempSync(join(tmpdir(), "purrimeter-alarms-")));
const secret = randomBytes(32);
const received: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
let mailServer: SmtpServer;
let receiver: Server;
let running: Started;

beforeAll(async () => {
  const certificates = await createTestCertificates();
  mailServer = await SmtpServer.start({ ...(await certificates.identity("mail")), tls: "starttls" });
  const { key, certificate } = await certificates.identity("receiver");
  receiver = createServer({ key, cert: certificate }, (asked, answer) => {
    void text(asked).then((body) => received.push({ headers: asked.headers, body }));
    answer.writeHead(204).end();
  });
  await once(receiver.listen(0, "127.0.0.1"), "listening");
  writeFileSync(join(files.folder, "authority.pem"), certificates.authority);
  mkdirSync(files.secrets("auth"), { recursive: true, mode: 0o700 });
  writeFileSync(files.secret("auth", "webhook-secret"), `whsec_${secret.toString("base64")}\n`, {
    mode: 0o600,
  });
  const { port } = receiver.address() as AddressInfo;
  const authority = "authority.pem";
  const settings = {
    alarms: {
      mailTo: ["ops@example.org"],
      webhook: { url: `https://localhost:${port}/alarms`, authority, allowPrivate: true },
    },
    mail: { from: "Cats <cats@example.org>", smtp: { host: "localhost", port: mailServer.port, authority } },
  };
  writeFileSync(files.settings, JSON.stringify(settings));
  running = await start(files.folder);
}, DEADLINE_MS);

afterAll(async () => {
  receiver.close();
  receiver.closeAllConnections();
  mailServer.stop();
  await until(() => servicesOf(files.folder).length === 0);
  rmSync(files.folder, { recursive: true });
});

/** Asks for a found tag, as anybody may; the status. */
async function look(code: string): Promise<number> {
  const { port } = new URL(running.ready.api);
  const asked = request({
    ...{ host: "127.0.0.1", port, path: `/v1/found/${code}`, servername: "localhost", agent: false },
    headers: { host: "localhost" },
    ca: readFileSync(running.ready.ca),
  });
  asked.end();
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  answer.resume();
  return answer.statusCode ?? 0;
}

test(
  "guessed codes reach operators by webhook and mail, the log and the trail, and name nobody",
  async () => {
    for (let i = 0; i < GUESSES; i++) expect(await look(`ABCDE-FGHJ${i}`)).toBe(404);
    await until(() => received.length > 0);
    const [{ headers, body } = { headers: {}, body: "" }] = received;
    const signed = `${String(headers["webhook-id"])}.${String(headers["webhook-timestamp"])}.${body}`;
    const signature = createHmac("sha256", secret).update(signed).digest("base64");
    expect(headers["webhook-signature"]).toBe(`v1,${signature}`);
    expect(JSON.parse(body)).toMatchObject({
      type: "alarm.raised",
      data: { rule: "guessing-found-codes", process: "cloud-api", severity: "warning" },
    });
    await until(() => mailServer.secret.join("\n").includes("guessing-found-codes"));
    const heard = mailServer.secret.join("\n");
    expect(heard).toContain("RCPT TO:<ops@example.org>");
    const log = readFileSync(join(files.log, "security.log"), "utf8");
    expect(log).toContain('"event":"security.alarm","reason":"guessing-found-codes"');
    const [, message = ""] = heard.split("\nDATA\n");
    for (const told of [body, message, log]) expect(told).not.toMatch(/ABCDE|127\.0\.0\.1/u);
  },
  DEADLINE_MS,
);

test(
  "an alarm is a row of a trail that verifies, and a stop does not wait for a receiver",
  async () => {
    running.process.kill("SIGTERM");
    expect(await once(running.process, "exit")).toEqual([0, null]);
    const { code, stdout } = await purrimeter("audit", "verify", "--data", files.folder, "--json");
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { trails: { accounts: { intact: true } } }]);
  },
  DEADLINE_MS,
);
