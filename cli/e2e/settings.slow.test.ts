import { SmtpServer } from "@purrimeter/notifier/testing/smtp-server";
import { authorityFiles, issuedFiles } from "@purrimeter/certs/authority-files";
import { initAuthority } from "@purrimeter/certs/init-authority";
import { issueService } from "@purrimeter/certs/issue-service";
import { unrefused } from "@purrimeter/certs/refusal";
import { createTestCertificates } from "@purrimeter/service/testing/test-certificates";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { TLSSocket } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dataFiles } from "../src/data-folder/data-files.ts";
import { ApiClient } from "./api-client.ts";
import {
  DEADLINE_MS,
  freePort,
  purrimeter,
  servicesOf,
  start,
  until,
  type Started,
} from "./running-purrimeter.ts";

/** How owners call this machine; every connection of this test goes to loopback. */
const NAME = "cats.example.org";
const PASSWORD = "canary of a mail password";

const files = dataFiles(mkdtempSync(join(tmpdir(), "purrimeter-settings-")));
const own = mkdtempSync(join(tmpdir(), "purrimeter-own-"));
let mailServer: SmtpServer;
let metricsPort: number;
let running: Started;

/** A certificate of another authority than ours, in `DIR/tls`: files of the operator's own. */
async function issueOwnCertificate(): Promise<void> {
  unrefused(await initAuthority(authorityFiles(own), new Date()));
  unrefused(await issueService(authorityFiles(own), "api", { now: new Date(), hosts: [NAME] }));
  const { chain, key } = issuedFiles(own, "services", "api");
  mkdirSync(join(files.folder, "tls"));
  copyFileSync(chain, join(files.folder, "tls", "chain.pem"));
  copyFileSync(key, join(files.folder, "tls", "key.pem"));
}

beforeAll(async () => {
  const certificates = await createTestCertificates();
  mailServer = await SmtpServer.start({ ...(await certificates.identity("mail")), tls: "starttls" });
  await issueOwnCertificate();
  metricsPort = await freePort();
  writeFileSync(join(files.folder, "mail-authority.pem"), certificates.authority);
  // Where an earlier version had it.
  mkdirSync(files.secrets("auth"), { recursive: true, mode: 0o700 });
  writeFileSync(files.secret("auth", "smtp-password"), `${PASSWORD}\n`, { mode: 0o600 });
  const settings = {
    publicUrl: `https://${NAME}`,
    api: { certificate: "tls/chain.pem", key: "tls/key.pem", port: 1, rates: { address: { burst: 500 } } },
    bridge: { port: 1 },
    mail: {
      from: `Cats <cats@${NAME}>`,
      smtp: { host: "localhost", port: mailServer.port, user: "cats", authority: "mail-authority.pem" },
    },
    metrics: { "cloud-api": metricsPort },
  };
  writeFileSync(files.settings, JSON.stringify(settings));
  running = await start(files.folder);
}, DEADLINE_MS);

afterAll(async () => {
  running.process.kill("SIGTERM");
  await once(running.process, "exit");
  await until(() => servicesOf(files.folder).length === 0);
  mailServer.stop();
  for (const folder of [files.folder, own]) rmSync(folder, { recursive: true });
});

/** Asks the API as owners do: by its public name, trusting the authority of its own certificate. */
async function ask(path: string, json?: object): Promise<{ status: number; body: string; peer: string }> {
  const { port } = new URL(running.ready.api);
  const body = json === undefined ? undefined : JSON.stringify(json);
  const headers = {
    host: NAME,
    ...(body !== undefined && { "content-type": "application/json", "content-length": body.length }),
  };
  const ca = readFileSync(authorityFiles(own).root);
  const method = body === undefined ? "GET" : "POST";
  const sent = request({
    host: "127.0.0.1",
    port,
    path,
    method,
    headers,
    servername: NAME,
    ca,
    agent: false,
  });
  sent.end(body);
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  const peer = String((answer.socket as TLSSocket).getPeerCertificate().subject.CN);
  return { status: answer.statusCode ?? 0, body: await text(answer), peer };
}

test("the API has the operator's own certificate, and answers for its public name", async () => {
  expect(await ask("/v1/openapi.json")).toMatchObject({ status: 200, peer: "api" });
});

test("options of the command line win over the file, key by key", () => {
  const config = (name: string): { port: number } & Record<string, unknown> =>
    JSON.parse(readFileSync(files.config(name), "utf8")) as { port: number };
  expect([config("cloud-api").port, config("bridge").port]).not.toContain(1);
  expect(config("cloud-api")["rates"]).toEqual({
    owner: { burst: 1_000, perSecond: 100 },
    address: { burst: 500, perSecond: 200 },
  });
});

test(
  "the mail of a registration reaches the mail server over TLS, with a link to the public URL",
  async () => {
    const credentials = { email: "mia@example.org", password: "zebra lantern copper violin" };
    expect((await ask("/v1/auth/register", credentials)).status).toBe(202);
    await until(() => mailServer.secret.includes("."));
    const heard = mailServer.secret.join("\n");
    expect(heard).toContain("RCPT TO:<mia@example.org>");
    expect(heard).toContain(`From: Cats <cats@${NAME}>`);
    // Quoted-printable (RFC 2045): lines may be broken and "=" is written as =3D.
    const token = new RegExp(`https://${NAME}/#verify=(\\S+)`).exec(
      heard.replaceAll("=\n", "").replaceAll("=3D", "="),
    );
    expect((await ask("/v1/auth/mail/verify", { token: token?.[1] })).status).toBe(204);
    const login = Buffer.from(`\0cats\0${PASSWORD}`).toString("base64");
    expect(heard).toContain(`AUTH PLAIN ${login}`);
    expect(mailServer.plain.join("\n")).not.toMatch(/AUTH|mia/);
  },
  DEADLINE_MS,
);

test("metrics are where the file says", async () => {
  const url = `http://127.0.0.1:${metricsPort}/metrics`;
  expect(running.ready.metrics).toEqual({ "cloud-api": url });
  const answer = await fetch(url);
  expect([answer.status, await answer.text()]).toEqual([
    200,
    expect.stringContaining("purrimeter_cloud_api_"),
  ]);
});

test("the program leaves the file alone, and no configuration holds the password", () => {
  expect(JSON.parse(readFileSync(files.settings, "utf8"))).toMatchObject({ bridge: { port: 1 } });
  for (const service of ["auth", "notifier"])
    expect(readFileSync(files.config(service), "utf8")).not.toContain("canary");
});

test("the password of the mail server is with the notifier, and no longer with the accounts", () => {
  expect(existsSync(files.secret("auth", "smtp-password"))).toBe(false);
  expect(readFileSync(files.secret("notifier", "smtp-password"), "utf8")).toBe(`${PASSWORD}\n`);
});

test(
  "signing keys are rotated while all runs, and nobody is logged out",
  async () => {
    const credentials = { email: "mia@example.org", password: "zebra lantern copper violin" };
    const { accessToken } = JSON.parse((await ask("/v1/auth/login", credentials)).body) as {
      accessToken: string;
    };
    const rotated = await purrimeter("keys", "rotate-signing", "--data", files.folder, "--json");
    expect(JSON.parse(rotated.stdout)).toEqual({ did: "introduced", againAfterS: 360, running: true });
    const log = join(files.log, "auth.log");
    await until(() => readFileSync(log, "utf8").includes('"event":"keys.read"'));
    expect(readFileSync(log, "utf8")).toMatch(/"event":"keys.read","count":2/);
    expect(statSync(files.secret("auth", "signing-key-next.pem")).mode & 0o777).toBe(0o600);
    const client = new ApiClient({ ...running.ready, ca: authorityFiles(own).root });
    expect((await client.ask("GET", "/tags", { token: accessToken })).status).toBe(200);
    client.close();
    const verified = await purrimeter("audit", "verify", "--data", files.folder, "--json");
    expect(JSON.parse(verified.stdout)).toMatchObject({ intact: true });
  },
  DEADLINE_MS,
);

test.each([
  [
    "a key that everybody may read",
    () => chmodSync(join(files.folder, "tls", "key.pem"), 0o644),
    "api.key: tls/key.pem can be read by everybody",
  ],
  [
    "a key of another certificate",
    () => copyFileSync(files.secret("bridge", "tls-key.pem"), join(files.folder, "tls", "key.pem")),
    "api.key: tls/key.pem is not the key of tls/chain.pem",
  ],
  [
    "a certificate that is none",
    () => writeFileSync(join(files.folder, "tls", "chain.pem"), "none"),
    "api.certificate: ",
  ],
  [
    "a mail password that is missing",
    () => rmSync(files.secret("notifier", "smtp-password")),
    "mail.smtp.user: needs a password",
  ],
])("%s is refused in one line that names file and key", async (_what, spoil, line) => {
  spoil();
  const { code, stderr } = await purrimeter("config", "--data", files.folder);
  expect(code).toBe(1);
  expect(stderr).toContain(`purrimeter: ${files.settings}: ${line}`);
});
