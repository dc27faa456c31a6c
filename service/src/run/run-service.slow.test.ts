import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { dialTcp, exchange } from "../testing/raw-exchange.ts";

const MAIN = new URL("../testing/example-service.ts", import.meta.url);

let folder: string;
let child: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-run-"));
});
afterEach(async () => {
  if (child && child.exitCode === null && child.signalCode === null) {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  child = undefined;
  rmSync(folder, { recursive: true });
});

interface Message {
  readonly type: string;
  readonly port: number;
  readonly metricsPort?: number;
}

interface Run {
  readonly process: ChildProcess;
  readonly messages: readonly Message[];
  output(): string;
  errors(): string;
}

function run(config: unknown, args?: readonly string[]): Run {
  const file = join(folder, "config.json");
  writeFileSync(file, typeof config === "string" ? config : JSON.stringify(config));
  const started = fork(MAIN, args ?? ["--config", file], {
    env: { CREDENTIALS_DIRECTORY: "/run/credentials", NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] },
    execArgv: [],
    silent: true,
  });
  child = started;
  const messages: Message[] = [];
  const text = { out: "", err: "" };
  started.on("message", (message) => messages.push(message as Message));
  started.stdout?.on("data", (chunk: Buffer) => (text.out += chunk.toString()));
  started.stderr?.on("data", (chunk: Buffer) => (text.err += chunk.toString()));
  return { process: started, messages, output: () => text.out, errors: () => text.err };
}

async function ready({ messages }: Run): Promise<Message> {
  await expect.poll(() => messages.find(({ type }) => type === "ready")).toBeDefined();
  return messages.find(({ type }) => type === "ready")!;
}

function metrics(port: number, path: string): Promise<string> {
  return dialTcp(port).then((socket) =>
    exchange(socket, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`),
  );
}

describe("a service that starts", () => {
  test("says so to its parent and in its log, and hands the place of its secrets on", async () => {
    const service = run({ port: 0, secrets: { files: "x" } });
    const message = await ready(service);
    expect(message).toEqual({ type: "ready", port: expect.any(Number) as number });
    expect(service.messages[0]).toEqual({
      type: "secrets",
      name: "example",
      config: { files: "x" },
      credentials: "/run/credentials",
    });
    await expect.poll(() => service.output()).toContain('"event":"ready"');
  });

  test.each(["SIGTERM", "SIGINT"] as const)(
    "ends in order on %s, also when it comes twice",
    async (signal) => {
      const service = run({ port: 0, metrics: { port: 0 } });
      await ready(service);
      service.process.kill(signal);
      service.process.kill(signal);
      expect(await once(service.process, "close")).toEqual([0, null]);
      expect(service.messages.map(({ type }) => type)).toEqual(["secrets", "ready", "stopping", "closed"]);
      expect(service.output()).toContain('"event":"stopped"');
    },
  );

  test("gives metrics and says whether it serves", async () => {
    const service = run({ port: 0, metrics: { port: 0 }, hangs: true });
    const { metricsPort = 0 } = await ready(service);
    expect(await metrics(metricsPort, "/readyz")).toMatch(/^HTTP\/1\.1 200 /);
    expect(await metrics(metricsPort, "/metrics")).toContain("process_resident_memory_bytes");
    service.process.kill("SIGTERM");
    await expect.poll(() => service.messages.some(({ type }) => type === "stopping")).toBe(true);
    expect(await metrics(metricsPort, "/readyz")).toMatch(/^HTTP\/1\.1 503 /);
  });

  test("is ended by force, with code 1, when it hangs", async () => {
    const service = run({ port: 0, hangs: true, stopDeadlineMs: 200 });
    await ready(service);
    service.process.kill("SIGTERM");
    expect(await once(service.process, "close")).toEqual([1, null]);
  });

  test("says with code 1 that it could not be stopped in order", async () => {
    const service = run({ port: 0, failsToStop: true, stopDeadlineMs: 200 });
    await ready(service);
    service.process.kill("SIGTERM");
    expect(await once(service.process, "close")).toEqual([1, null]);
    expect(service.output()).toContain('"event":"stop.fault"');
  });

  test("reads again on SIGHUP, and goes on when that fails", async () => {
    const service = run({ port: 0 });
    await ready(service);
    service.process.kill("SIGHUP");
    await expect.poll(() => service.output()).toMatch(/"event":"reload.fault","code":"ENOENT"/);
    service.process.kill("SIGHUP");
    await expect.poll(() => service.output()).toContain("read again");
  });
});

describe("a service that cannot start says why in one line", () => {
  async function complaint(config: unknown, args?: readonly string[]): Promise<string> {
    const service = run(config, args);
    expect(await once(service.process, "close")).toEqual([1, null]);
    expect(service.errors()).toMatch(/^example: [^\n]+\n$/);
    return service.errors();
  }

  test.each([
    [{ port: "x", surprise: 1 }, /config\.json: port: .*; file: .*surprise/],
    [{ port: 70_000, metrics: { port: -1 } }, /metrics\.port: .*; port: /],
    [[], /config\.json: file: /],
    ["{", /config\.json is not JSON$/],
    [{ port: 0, secrets: "broken" }, /: the secret tls-key\.pem$/],
  ])("%j", async (config, expected) => {
    expect((await complaint(config)).trim()).toMatch(expected);
  });

  test("without a configuration, or with one that is not there", async () => {
    expect(await complaint({}, [])).toBe("example: --config FILE is missing\n");
    expect(await complaint({}, ["--config", "/nowhere.json"])).toBe(
      "example: /nowhere.json cannot be read\n",
    );
    expect(await complaint({}, ["--surprise"])).toContain("--surprise");
  });

  test("when a port is in use, also that of the metrics", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    expect(await complaint({ port })).toBe(`example: port ${port} is in use\n`);
    expect(await complaint({ port: 0, metrics: { port } })).toBe(`example: port ${port} is in use\n`);
    other.close();
  });
});
