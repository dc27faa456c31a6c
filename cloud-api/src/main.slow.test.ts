import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeTestCertificates } from "./testing/test-certificates.ts";
import type { TestCertificates } from "./testing/test-certificates.ts";

let certificates: TestCertificates;
let folder: string;
let child: ChildProcess | undefined;

beforeAll(() => {
  certificates = makeTestCertificates();
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-cloud-api-"));
  mkdirSync(join(folder, "secrets"), { mode: 0o700 });
  for (const name of ["audit-key", "database-key", "key-ring-key", "cursor-key"])
    secret(name, randomBytes(32).toString("hex"));
  secret("tls-key.pem", certificates.cloudApi.key);
  writeFileSync(join(folder, "certificate.pem"), certificates.cloudApi.certificate);
  writeFileSync(join(folder, "authority.pem"), certificates.authority);
});

afterEach(async () => {
  if (child && child.exitCode === null && child.signalCode === null) {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  child = undefined;
  rmSync(folder, { recursive: true });
});

function secret(name: string, content: string): void {
  writeFileSync(join(folder, "secrets", name), content, { mode: 0o600 });
}

function start(changes: Record<string, unknown> = {}): { started: ChildProcess; output: () => string } {
  const at = (name: string): string => join(folder, name);
  const config = {
    host: "127.0.0.1",
    port: 0,
    database: at("locations.db"),
    keyRing: at("owners.keys"),
    tls: { certificate: at("certificate.pem") },
    auth: { url: "https://localhost:1", certificate: at("certificate.pem"), authority: at("authority.pem") },
    issuer: "purrimeter",
    audience: "purrimeter",
    ...changes,
  };
  writeFileSync(at("config.json"), JSON.stringify(config));
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const started = fork(join(import.meta.dirname, "main.ts"), ["--config", at("config.json")], {
    env: { PATH, NODE_COMPILE_CACHE, CREDENTIALS_DIRECTORY: at("secrets") },
    execArgv: [],
    silent: true,
  });
  child = started;
  let text = "";
  for (const stream of [started.stdout, started.stderr])
    stream?.on("data", (chunk: Buffer) => (text += String(chunk)));
  return { started, output: () => text };
}

async function failure(changes: Record<string, unknown> = {}): Promise<string> {
  const { started, output } = start(changes);
  const [code] = (await once(started, "close")) as [number];
  expect(code).toBe(1);
  return output();
}

function status(port: number, path: string, agent: Agent): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ host: "localhost", port, path, agent }, (answer) => {
      answer.resume().on("end", () => resolve(answer.statusCode));
    })
      .on("error", reject)
      .end();
  });
}

describe("the service", () => {
  it("says that it is ready, answers without the authentication service, and stops in order", async () => {
    const { started, output } = start();
    const [message] = (await once(started, "message")) as [{ type: string; port: number }];
    expect(message).toEqual({ type: "ready", port: expect.any(Number) as number });
    const agent = new Agent({ keepAlive: true, ca: certificates.authority });
    expect(await status(message.port, "/v1/health", agent)).toBe(200);
    started.kill("SIGTERM");
    const [code] = (await once(started, "close")) as [number];
    expect(code).toBe(0);
    expect(output()).toMatch(/"event":"stopped"/);
    expect(output()).toMatch(/"event":"ready"/);
    agent.destroy();
  });

  it("says why the authentication service does not answer, once, and that it cannot serve", async () => {
    const { started, output } = start({ metrics: { port: 0 } });
    const [message] = (await once(started, "message")) as [{ metricsPort: number }];
    await expect
      .poll(output)
      .toMatch(/"event":"auth\.failed","reason":"nothing listens there","code":"ECONNREFUSED"/);
    const ready = await fetch(`http://127.0.0.1:${message.metricsPort}/readyz`);
    expect(ready.status).toBe(503);
    const metrics = await (await fetch(`http://127.0.0.1:${message.metricsPort}/metrics`)).text();
    expect(metrics).toMatch(
      /purrimeter_cloud_api_auth_failures_total\{kind="unreachable",reason="nothing listens there"\} [1-9]/,
    );
    expect(output().match(/"event":"auth\.failed"/g)).toHaveLength(1);
  });

  it("names the port that is in use", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    expect(await failure({ port })).toContain(`cloud-api: port ${port} is in use\n`);
    other.close();
  });

  it("says in one line what is wrong with its configuration", async () => {
    expect(await failure({ port: "x", surprise: 1 })).toMatch(/^cloud-api: .*port: .*surprise.*\n$/);
  });

  it("says that the database's key is wrong", async () => {
    const { started } = start();
    await once(started, "message");
    started.kill("SIGTERM");
    await once(started, "close");
    secret("database-key", randomBytes(32).toString("hex"));
    expect(await failure()).toMatch(/^cloud-api: .*locations\.db.*\n$/);
  });

  it("says which secret is missing", async () => {
    rmSync(join(folder, "secrets", "cursor-key"));
    expect(await failure()).toMatch(/^cloud-api: .*cursor-key.*\n$/);
  });
});
