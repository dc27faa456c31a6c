import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { request } from "node:https";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startTestNotifier, type TestNotifier } from "@purrimeter/notifier/testing/test-notifier";
import { rotateSigningKey } from "./signing-keys/rotate-signing-key.ts";
import { makeTestCertificates } from "./testing/test-certificates.ts";

const MAIN = join(import.meta.dirname, "main.ts");
const certificates = makeTestCertificates();
const running = new Set<ChildProcess>();
let folder: string;
let notifier: TestNotifier;
let config: Record<string, unknown>;

beforeAll(async () => {
  notifier = await startTestNotifier({ identity: certificates.notifier, authority: certificates.authority });
  folder = mkdtempSync(join(tmpdir(), "purrimeter-auth-"));
  mkdirSync(join(folder, "secrets"), { mode: 0o700 });
  writeSecret("database-key", randomBytes(32).toString("hex"));
  writeSecret("audit-key", randomBytes(32).toString("hex"));
  writeSecret("tls-key.pem", certificates.server.key);
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  writeSecret("signing-key.pem", privateKey.export({ type: "pkcs8", format: "pem" }) as string);
  writeFileSync(join(folder, "server.pem"), certificates.server.certificate);
  writeFileSync(join(folder, "authority.pem"), certificates.authority);
  config = {
    ...{ host: "127.0.0.1", port: 0, database: join(folder, "accounts.db") },
    tls: { certificate: join(folder, "server.pem"), authority: join(folder, "authority.pem") },
    ...{ issuer: "https://auth.test", audience: "purrimeter-test" },
    mail: { notifier: notifier.url, linkBase: "https://web.test/" },
  };
});
afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
});
afterAll(async () => {
  await notifier.stop();
  rmSync(folder, { recursive: true });
});

function writeSecret(name: string, content: string): void {
  writeFileSync(join(folder, "secrets", name), content, { mode: 0o600 });
}

interface Run {
  readonly child: ChildProcess;
  readonly output: { stdout: string; stderr: string };
}

/** Where libfaketime gives this process its time, the service has the same: it judges certificates that were made here. */
function fakedTime(): NodeJS.ProcessEnv {
  const isFaking = ([name]: [string, unknown]): boolean =>
    name === "LD_PRELOAD" || name.startsWith("FAKETIME");
  return Object.fromEntries(Object.entries(process.env).filter(isFaking));
}

function run(changes: object = {}): Run {
  const file = join(folder, "config.json");
  writeFileSync(file, JSON.stringify({ ...config, ...changes }));
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const env = { PATH, NODE_COMPILE_CACHE, CREDENTIALS_DIRECTORY: join(folder, "secrets"), ...fakedTime() };
  const child = spawn(process.execPath, [MAIN, "--config", file], {
    env,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const output = { stdout: "", stderr: "" };
  child.stdout?.on("data", (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (output.stderr += chunk.toString()));
  running.add(child);
  child.once("exit", () => running.delete(child));
  return { child, output };
}

async function ready({ child }: Run): Promise<number> {
  const [message] = (await once(child, "message")) as [{ type: string; port: number }];
  expect(message.type).toBe("ready");
  return message.port;
}

async function failure({ child, output }: Run): Promise<string> {
  const [code] = (await once(child, "close")) as [number];
  expect(code).toBe(1);
  expect(output.stderr.trim().split("\n")).toHaveLength(1);
  return output.stderr.trim();
}

interface Reply {
  readonly status: number;
  readonly text: string;
}

function exchange(port: number, path: string, body?: object): Promise<Reply> {
  const identity = {
    ca: certificates.authority,
    key: certificates.cloudApi.key,
    cert: certificates.cloudApi.certificate,
  };
  const headers = { "content-type": "application/json", "purrimeter-client-address": "192.0.2.1" };
  const method = body ? "POST" : "GET";
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: "127.0.0.1", port, path, method, headers, ...identity }, (incoming) => {
      let text = "";
      incoming.on("data", (chunk: Buffer) => (text += chunk.toString()));
      incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, text }));
    });
    outgoing.on("error", reject);
    outgoing.end(body && JSON.stringify(body));
  });
}

async function call(port: number, path: string, body?: object): Promise<number> {
  return (await exchange(port, path, body)).status;
}

/** The token of the link in the only mail. */
async function mailedToken(): Promise<string | undefined> {
  const mails = (): string[] => readdirSync(notifier.mailFolder).filter((name) => name.endsWith(".eml"));
  await expect.poll(mails, { timeout: 30_000 }).toHaveLength(1);
  return /#verify=(\S+)/u.exec(readFileSync(join(notifier.mailFolder, mails()[0] ?? ""), "utf8"))?.[1];
}

/** Ids of the published keys. */
async function keys(port: number): Promise<string[]> {
  const { text } = await exchange(port, "/.well-known/jwks.json");
  return (JSON.parse(text) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
}

test("starts, says so, keeps accounts over a restart and stops in order while somebody waits", async () => {
  const owner = { email: "mia@example.org", password: "three grey cats on a wall" };
  const first = run();
  const port = await ready(first);
  expect(await call(port, "/register", owner)).toBe(202);
  expect(await call(port, "/mail/verify", { token: await mailedToken() })).toBe(204);
  expect(statSync(join(folder, "accounts.db")).mode & 0o777).toBe(0o600);
  const waiting = call(port, "/sessions/ended?waitS=30");
  expect(await call(port, "/health")).toBe(200);
  const keysAtFirst = await keys(port);
  const step = rotateSigningKey(join(folder, "secrets"), Date.now());
  expect(step.did).toBe("introduced");
  first.child.kill("SIGHUP");
  await expect.poll(() => keys(port)).toEqual([...keysAtFirst, expect.any(String)]);
  first.child.kill("SIGTERM");
  expect(await once(first.child, "close")).toEqual([0, null]);
  expect(await waiting).toBe(200);
  expect(first.output.stdout).toContain('"event":"stopped"');
  expect(first.output.stdout + first.output.stderr).not.toMatch(/mia|example\.org|three grey|eyJ|purr_/u);

  const second = run();
  expect(await call(await ready(second), "/login", owner)).toBe(200);
  second.child.kill("SIGINT");
  expect(await once(second.child, "close")).toEqual([0, null]);
});

test("writes at its end how many refusals it left out of the log", async () => {
  const service = run();
  const port = await ready(service);
  for (let refused = 0; refused < 30; refused++) {
    const socket = connect(port, "127.0.0.1", () => socket.end("no TLS\r\n\r\n"));
    await once(socket.on("error", () => undefined).resume(), "close");
  }
  await expect
    .poll(() => service.output.stdout.match(/"event":"connection\.refused"/gu)?.length)
    .toBeGreaterThanOrEqual(20);
  service.child.kill("SIGTERM");
  await once(service.child, "close");
  expect(service.output.stdout).toMatch(/"event":"connection\.refused-sum".*"count":\d+/u);
});

test("says which port is in use", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  expect(await failure(run({ port }))).toBe(`auth: port ${port} is in use`);
  other.close();
});

test("says that the database key is wrong", async () => {
  const database = join(folder, "other.db");
  writeFileSync(database, randomBytes(8_192));
  expect(await failure(run({ database }))).toContain(`database ${database}: wrong key`);
});

test.each([
  [{ port: 70_000 }, "port"],
  [{ database: "/nowhere/accounts.db" }, "/nowhere/accounts.db"],
])("says what is wrong with %j", async (changes, part) => {
  expect(await failure(run(changes))).toContain(part);
  expect(existsSync("/nowhere")).toBe(false);
});

test("refuses a signing key of another kind", async () => {
  const file = join(folder, "secrets", "signing-key.pem");
  const good = readFileSync(file);
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-384" });
  writeSecret("signing-key.pem", privateKey.export({ type: "pkcs8", format: "pem" }) as string);
  expect(await failure(run())).toContain("EC P-256");
  writeFileSync(file, good);
});
