import type { Time } from "@purrimeter/service/time";
import { PUBLIC_MODE, replaceFile } from "@purrimeter/certs/write-file";
import { spawn, type ChildProcess } from "node:child_process";
import { rmSync } from "node:fs";
import { identityOf } from "../data-folder/process-identity.ts";
import { failed, systemFailure, type Failure } from "../terminal/failure.ts";
import { forEachLine, type WriteLine } from "../terminal/line-log.ts";

/** A service to run: `node [flags] main --config FILE`. */
export interface ServiceSpec {
  readonly name: string;
  /** Path of the service's main.ts. */
  readonly main: string;
  /** Folder of the service's secrets, and of no other's. */
  readonly credentials: string;
  /** Port to listen on; 0 takes any at the first start, and the same one again at a restart. */
  readonly port: number;
  /** Port for metrics, if there is to be one. */
  readonly metricsPort?: number | undefined;
  /** Writes the service's configuration for these ports and gives its path. */
  readonly configure: (ports: ReadyService) => string;
  /** Flags for Node. */
  readonly flags?: readonly string[];
  /** Where Node keeps its compiled code: without it every start strips all types again. */
  readonly compileCache?: string;
  /** Holds the process id while the service is ready, for commands that send it a signal. */
  readonly pidFile?: string;
}

/** Where a service listens: numbers of ports. */
export interface ReadyService {
  readonly port: number;
  /** Of metrics and readiness; there is none unless it was asked for. */
  readonly metricsPort?: number | undefined;
}

/** A service that runs, or has ended. */
export interface ServiceProcess {
  /** Resolves when the service has sent that it listens, or with why it never will. */
  readonly ready: Promise<ReadyService | Failure>;
  /** Resolves when the process is gone. */
  readonly ended: Promise<void>;
  readonly pid: number | undefined;
  /** SIGKILL now: SIGTERM needs a loop that runs. */
  kill(): void;
  /** Asks whether the process's loop runs, by IPC; `onPong` of `hears` is called when it does. */
  ping(): void;
  hears(onPong: () => void): void;
  /** SIGTERM now, SIGKILL after `graceMs`; resolves when the process is gone, with how it ended unless that was code 0. */
  stop(graceMs: number): Promise<Failure | undefined>;
}

const SUPERVISED = new URL("./supervised.ts", import.meta.url).href;

/** Starts the service with a configuration file. `readyTimeoutMs` later it is taken for stuck and killed. */
export function runService(
  spec: ServiceSpec,
  config: string,
  writeLine: WriteLine,
  readyTimeoutMs: number,
  time: Time,
): ServiceProcess {
  const child = spawnService(spec, config);
  const lastErrorLines = collectOutput(child, spec.name, writeLine);
  // "close" comes after "exit", when the last line has been read; "error" when nothing could be started.
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  child.on("error", (error) => writeLine(spec.name, `${spec.name}: cannot be started: ${error.message}`));
  const ready = becomesReady(child, ended, readyTimeoutMs, time).then((outcome) => {
    if (outcome === undefined) return failed(lastErrorLines() ?? `${spec.name}: ${howItEnded(child)}`);
    keepPidFile(spec, child, writeLine);
    return outcome;
  });
  return {
    ready,
    ended,
    pid: child.pid,
    kill: () => void child.kill("SIGKILL"),
    // A channel that has ended is told by the end of the process.
    ping: () => void (child.connected && child.send({ type: "ping" }, () => undefined)),
    hears: (onPong) => void child.on("message", (message) => isPong(message) && onPong()),
    stop: (graceMs) => stop(spec.name, child, ended, graceMs, time),
  };
}

function spawnService(spec: ServiceSpec, config: string): ChildProcess {
  const flags = [...(spec.flags ?? []), "--import", SUPERVISED];
  // Nothing is inherited: what this process knows is no business of a service. Its own session keeps a terminal's
  // Ctrl-C from it, so that it is stopped once and in order.
  return spawn(process.execPath, [...flags, spec.main, "--config", config], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    detached: true,
    env: {
      CREDENTIALS_DIRECTORY: spec.credentials,
      TZ: "UTC",
      // Each of Node's threads keeps a heap of glibc's otherwise: 10 MiB for each process, unused.
      MALLOC_ARENA_MAX: "2",
      ...(spec.compileCache === undefined ? {} : { NODE_COMPILE_CACHE: spec.compileCache }),
    },
  });
}

/** Written when the service is ready: a signal before that would end it. A full disk keeps no service from running. */
function keepPidFile({ name, pidFile }: ServiceSpec, child: ChildProcess, writeLine: WriteLine): void {
  if (pidFile === undefined || child.pid === undefined) return;
  try {
    replaceFile(pidFile, `${identityOf(child.pid)}\n`, PUBLIC_MODE);
  } catch (error) {
    const failure = systemFailure(error);
    if (failure === undefined) throw error;
    writeLine(name, `${name}: ${failure.failure}`);
  }
  child.once("close", () => rmSync(pidFile, { force: true }));
}

/** Hands the service's lines on; the function returned gives the one with the reason why it died. */
function collectOutput(child: ChildProcess, name: string, writeLine: WriteLine): () => string | undefined {
  let own: string | undefined;
  let error: string | undefined;
  const take = (line: string): void => {
    writeLine(name, line);
    if (line.startsWith(`${name}: `)) own = line;
    else if (/^\w*Error\b/.test(line)) error ??= `${name}: ${line}`;
  };
  if (child.stdout !== null) forEachLine(child.stdout, (line) => writeLine(name, line));
  if (child.stderr !== null) forEachLine(child.stderr, take);
  return () => own ?? error;
}

async function becomesReady(
  child: ChildProcess,
  ended: Promise<void>,
  timeoutMs: number,
  time: Time,
): Promise<ReadyService | undefined> {
  const said = new Promise<ReadyService>((resolve) => {
    child.on("message", (message) => {
      if (isReadyMessage(message)) resolve({ port: message.port, metricsPort: message.metricsPort });
    });
  });
  const cancel = time.after(timeoutMs, () => void child.kill("SIGKILL"));
  try {
    return await Promise.race([said, ended.then(() => undefined)]);
  } finally {
    cancel();
  }
}

function isReadyMessage(message: unknown): message is ReadyService & { readonly type: "ready" } {
  if (typeof message !== "object" || message === null) return false;
  const { type, port, metricsPort } = message as Readonly<Record<string, unknown>>;
  return type === "ready" && typeof port === "number" && ["number", "undefined"].includes(typeof metricsPort);
}

function isPong(message: unknown): boolean {
  return typeof message === "object" && message !== null && "type" in message && message.type === "pong";
}

function howItEnded({ exitCode, signalCode }: ChildProcess): string {
  if (signalCode === "SIGKILL") return "was killed before it was ready";
  return signalCode === null ? `ended with code ${exitCode ?? "unknown"}` : `was ended by ${signalCode}`;
}

async function stop(
  name: string,
  child: ChildProcess,
  ended: Promise<void>,
  graceMs: number,
  time: Time,
): Promise<Failure | undefined> {
  child.kill("SIGTERM");
  const cancel = time.after(graceMs, () => void child.kill("SIGKILL"));
  await ended;
  cancel();
  const { exitCode, signalCode } = child;
  if (exitCode === 0) return undefined;
  return failed(`${name}: was not stopped in order (${signalCode ?? `code ${exitCode ?? "unknown"}`})`);
}
