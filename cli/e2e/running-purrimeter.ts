import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const BIN = join(import.meta.dirname, "..", "bin", "purrimeter.js");

/** Longest that a step of a test may take on a busy machine. */
export const DEADLINE_MS = 60_000;

/** What `start --json` says when it is ready. */
export interface Ready {
  readonly api: string;
  readonly mqtt: string;
  readonly mqttTls12?: string;
  readonly metrics: Readonly<Record<string, string>>;
  readonly ca: string;
  readonly created: boolean;
}

/** `purrimeter start` that runs. */
export interface Started {
  readonly process: ChildProcess;
  readonly ready: Ready;
}

/** Runs `purrimeter start` on any ports until it is ready. */
export async function start(data: string, ...more: readonly string[]): Promise<Started> {
  return startWith({}, data, ...more);
}

/** The same, with `env` beside this process's environment. */
export async function startWith(
  env: NodeJS.ProcessEnv,
  data: string,
  ...more: readonly string[]
): Promise<Started> {
  const ports = ["--port", "0", "--mqtt-port", "0"];
  const args = ["start", "--data", data, ...ports, ...rootOut(), "--log-files", "--json", ...more];
  const child = spawn(process.execPath, [BIN, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  let said = "";
  child.stdout.on("data", (bytes: Buffer) => (said += bytes.toString()));
  try {
    await until(() => said.includes("\n") || child.exitCode !== null);
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
  return { process: child, ready: JSON.parse(said) as Ready };
}

/** A new file for the root's key, as a first start needs one. It ends with this process. */
export function rootOut(): readonly string[] {
  rootFolder ??= makeRootFolder();
  return ["--root-out", join(rootFolder, `${randomUUID()}.pem`)];
}

let rootFolder: string | undefined;

function makeRootFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "purrimeter-root-"));
  process.on("exit", () => rmSync(folder, { recursive: true }));
  return folder;
}

/** What a command line left. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line to its end. */
export async function purrimeter(...args: readonly string[]): Promise<Ended> {
  return promisify(execFile)(process.execPath, [BIN, ...args], { timeout: DEADLINE_MS / 2 }).then(
    (output) => ({ code: 0, ...output }),
    ({ code, stdout, stderr }: Ended) => ({ code, stdout, stderr }),
  );
}

/** Resolves when the condition holds; fails at the deadline. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + DEADLINE_MS;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error("still waiting");
    await sleep(20);
  }
}

/** A port of loopback that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Services that run on a data folder: found by their configuration, as an outsider finds them. */
export function servicesOf(data: string): { name: string; pid: number }[] {
  return readdirSync("/proc").flatMap((pid) => {
    const line = procFile(Number(pid), "cmdline");
    const name = /\/run\/([a-z-]+)\.json\0$/.exec(line)?.[1];
    return name !== undefined && line.includes(data) ? [{ name, pid: Number(pid) }] : [];
  });
}

/** `start` and its services, found by the data folder in their command line. */
export function processesOf(data: string): { pid: number; line: string }[] {
  return readdirSync("/proc").flatMap((name) => {
    const pid = Number(name);
    const line = procFile(pid, "cmdline");
    return line.includes(data) && pid !== process.pid ? [{ pid, line }] : [];
  });
}

/** A file of proc(5); empty when the process is gone. */
export function procFile(pid: number, file: "cmdline" | "environ"): string {
  try {
    return Number.isInteger(pid) ? readFileSync(`/proc/${pid}/${file}`, "utf8") : "";
  } catch {
    return "";
  }
}
