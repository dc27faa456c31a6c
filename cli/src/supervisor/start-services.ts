import { makeFolder } from "@purrimeter/certs/write-file";
import { dataFiles, type DataFiles } from "../data-folder/data-files.ts";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";
import type { WriteLine } from "../terminal/line-log.ts";
import { prepareData } from "../data-folder/prepare-data.ts";
import { lockRun, type RunLock } from "../data-folder/run-lock.ts";
import { readSecretsOf, type SecretsOf } from "../data-folder/secrets-of.ts";
import { authSpec, bridgeSpec, cloudApiSpec } from "./service-specs.ts";
import { Supervisor } from "./supervisor.ts";

/** How to run the whole of Purrimeter on this machine. */
export interface StartOptions {
  readonly data: string;
  /** Address that bridge and cloud API listen on. */
  readonly host: string;
  /** Port of the owners' API; 0: any. */
  readonly port: number;
  /** Port that tags connect to; 0: any. */
  readonly mqttPort: number;
  /** Port for boards whose TLS ends at 1.2; they are refused unless it is given. */
  readonly tls12Port?: number;
  /** Host names and addresses for the certificates, besides localhost. */
  readonly names: readonly string[];
  readonly retentionDays: number;
  /** Whether generated keys are refused. */
  readonly ownSecrets?: boolean;
  readonly writeLine: (files: DataFiles) => WriteLine;
  readonly onRestart: (service: string) => void;
  /** Aborted when the wait for the services is no longer wanted. */
  readonly stopping?: AbortSignal;
}

/** Services that run. */
export interface RunningServices {
  readonly files: DataFiles;
  /** Whether the data folder was made by this start. */
  readonly created: boolean;
  readonly port: number;
  readonly mqttPort: number;
  /** Resolves when a service is given up. */
  readonly gaveUp: Promise<Failure>;
  /** Process id of a running service. */
  pid(service: string): number | undefined;
  /** Stops all of them within 4 s and gives the data folder free. */
  stop(): Promise<void>;
}

/** Prepares the data folder and starts auth, then bridge and cloud API. Where one fails, none is left running. */
export async function startServices(options: StartOptions): Promise<RunningServices | Failure> {
  const files = dataFiles(options.data);
  makeFolder(files.run);
  const lock = lockRun(files.run);
  if (isFailure(lock)) return lock;
  const running = await prepareAndStart(files, options, lock).catch((error: unknown) => {
    lock.release();
    throw error;
  });
  if (isFailure(running)) lock.release();
  return running;
}

async function prepareAndStart(
  files: DataFiles,
  options: StartOptions,
  lock: RunLock,
): Promise<RunningServices | Failure> {
  const { names: hosts, ownSecrets = false } = options;
  const secrets = readSecretsOf(files, ownSecrets);
  if (isFailure(secrets)) return secrets;
  const prepared = await prepareData(files, { now: new Date(), hosts, ownSecrets });
  if (isFailure(prepared)) return prepared;
  const supervisor = new Supervisor({
    writeLine: options.writeLine(files),
    monotonicMs: () => performance.now(),
    onRestart: options.onRestart,
  });
  options.stopping?.addEventListener("abort", () => void supervisor.stop());
  if (options.stopping?.aborted === true) return failed("stopped before everything was started");
  const ports = await startAll(supervisor, files, secrets, options);
  if (isFailure(ports)) {
    await supervisor.stop();
    return ports;
  }
  return {
    files,
    created: prepared.created,
    ...ports,
    gaveUp: supervisor.gaveUp,
    pid: (service) => supervisor.pid(service),
    stop: async () => {
      await supervisor.stop();
      lock.release();
    },
  };
}

async function startAll(
  supervisor: Supervisor,
  files: DataFiles,
  secrets: SecretsOf,
  { host, port, mqttPort, tls12Port, names, retentionDays }: StartOptions,
): Promise<{ readonly port: number; readonly mqttPort: number } | Failure> {
  const auth = await supervisor.start(authSpec(files, secrets, { names, port }));
  if (isFailure(auth)) return auth;
  const [bridge, api] = await Promise.all([
    supervisor.start(bridgeSpec(files, secrets, { host, port: mqttPort }, retentionDays, tls12Port)),
    supervisor.start(cloudApiSpec(files, secrets, { host, port }, retentionDays, auth.port)),
  ]);
  if (isFailure(bridge)) return bridge;
  if (isFailure(api)) return api;
  return { port: api.port, mqttPort: bridge.port };
}
