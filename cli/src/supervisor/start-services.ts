import { createLog, type Log } from "@purrimeter/service/log";
import type { Time } from "@purrimeter/service/time";
import { watchClock, type WatchedClock } from "@purrimeter/service/watch-clock";
import { makeFolder } from "@purrimeter/certs/write-file";
import { existsSync } from "node:fs";
import type { Settings } from "../configuration/settings-schema.ts";
import { authorityFault } from "../data-folder/authority-fault.ts";
import { dataFiles, type DataFiles } from "../data-folder/data-files.ts";
import { recordFiles } from "../data-folder/lost-files.ts";
import { prepareData } from "../data-folder/prepare-data.ts";
import { recordInFolder } from "../data-folder/record-act.ts";
import type { RootKeyPlace } from "../data-folder/root-key-out.ts";
import { lockRun, type RunLock } from "../data-folder/run-lock.ts";
import { allHolders } from "../data-folder/secret-holder.ts";
import { readSecretsOf, type SecretsOf } from "../data-folder/secrets-of.ts";
import { checkSettings } from "../services/check-settings.ts";
import type { ServiceRegistry } from "../services/service-entry.ts";
import { REGISTRY } from "../services/service-registry.ts";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";
import { utcDate } from "../terminal/utc.ts";
import type { WriteLine } from "../terminal/line-log.ts";
import { fileClockRecord } from "./file-clock-record.ts";
import { orderOf } from "./order-of.ts";
import { renewCertificates } from "./renew-certificates.ts";
import { specOf } from "./spec-of.ts";
import type { ReadyService } from "./service-process.ts";
import { startInOrder } from "./start-in-order.ts";
import { Supervisor } from "./supervisor.ts";

/** How to run the whole of Purrimeter on this machine. */
export interface StartOptions {
  readonly data: string;
  readonly settings: Settings;
  readonly time: Time;
  /** All processes of ours, unless given. */
  readonly registry?: ServiceRegistry;
  /** Whether generated keys are refused. */
  readonly ownSecrets?: boolean;
  /** Whether to go on although a database is missing or older than the other. */
  readonly acceptLoss?: boolean;
  /** Where the key of the authority's root goes when this start makes it; it does not stay here. */
  readonly rootKey?: RootKeyPlace;
  readonly writeLine: (files: DataFiles) => WriteLine;
  readonly onRestart: (service: string) => void;
  /** Called when a service is given up; the others go on. */
  readonly onGiveUp?: (service: string, failure: Failure) => void;
  /** Called when a service does not answer and is killed. */
  readonly onHung?: (service: string) => void;
  /** Aborted when the wait for the services is no longer wanted. */
  readonly stopping?: AbortSignal;
}

/** Services that run. */
export interface RunningServices {
  readonly files: DataFiles;
  /** Whether the data folder was made by this start. */
  readonly created: boolean;
  /** Why services are given up that do not run now either. */
  broken(): readonly Failure[];
  /** Resolves when the first service is given up. */
  readonly gaveUp: Promise<Failure>;
  /** Port of a running service. RangeError for a name that is none of theirs. */
  portOf(service: string): number;
  /** Process id of a running service. */
  pid(service: string): number | undefined;
  /** Stops them in the reverse order, each within 10 s, and gives the data folder free; says which did not stop in order. */
  stop(): Promise<readonly Failure[]>;
}

/** Loaded when there is something to compare: a database engine is much for a first start. */
async function checkCopies(files: DataFiles, time: Time, acceptLoss: boolean): Promise<Failure | undefined> {
  if (!existsSync(files.accounts) || !existsSync(files.locations)) return undefined;
  const { compareCopies } = await import("../data-folder/compare-copies.ts");
  return compareCopies(files, time, acceptLoss);
}

/** Notes what there is now. What was made anew instead of a loss has none of the owners of the rest, which is accepted too. */
async function recordCopies(files: DataFiles, time: Time, acceptLoss: boolean): Promise<Failure | undefined> {
  const unrecorded = recordFiles(files);
  return unrecorded === undefined && acceptLoss ? checkCopies(files, time, true) : unrecorded;
}

/** Prepares the data folder and starts the services in their order. Where one fails, none is left running. */
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
  const { settings, time, registry = REGISTRY, ownSecrets = false } = options;
  const unusable = checkSettings(registry, { files, settings, now: utcDate(time) });
  if (unusable !== undefined) return unusable;
  const secretsOf = readSecretsOf(files, allHolders(registry), ownSecrets);
  if (isFailure(secretsOf)) return secretsOf;
  const log = createLog("supervisor", { write: (line: string) => void process.stderr.write(line) });
  const clock = await watchClock({ time, log, record: fileClockRecord(files.clock) });
  const running = await startWithClock({ files, options, registry, secretsOf, log, clock, lock });
  if (isFailure(running)) await clock.close();
  return running;
}

/** What is known before anything is prepared. */
interface Known {
  readonly files: DataFiles;
  readonly options: StartOptions;
  readonly registry: ServiceRegistry;
  readonly secretsOf: SecretsOf;
  readonly log: Log;
  readonly clock: WatchedClock;
  readonly lock: RunLock;
}

/** Where it fails, the clock is still watched and no service runs. */
async function startWithClock(known: Known): Promise<RunningServices | Failure> {
  const { files, options, registry, secretsOf, clock } = known;
  const { settings, time, ownSecrets = false, acceptLoss = false, rootKey } = options;
  const dates = { now: utcDate(time), isClockTrusted: clock.trust.isPlausible() };
  const keys = { ownSecrets, acceptLoss, ...(rootKey !== undefined && { rootKey }) };
  const certified: string[] = [];
  const onCertified = (services: readonly string[]): void => void certified.push(...services);
  const onMoved = (what: string): void => known.log.warn(what, { event: "secret.moved" });
  const named = { hosts: settings.hostNames, onCertified, onMoved };
  const prepared = await prepareData(files, registry, { ...dates, ...named, ...keys });
  if (isFailure(prepared)) return prepared;
  const refused = refuseAuthority(known) ?? (await checkCopies(files, time, acceptLoss));
  if (refused !== undefined) return refused;
  const supervisor = supervisorFor(files, options, orderOf(registry.services));
  options.stopping?.addEventListener("abort", () => void supervisor.stop());
  if (options.stopping?.aborted === true) return failed("stopped before everything was started");
  const ports = await startAll(supervisor, files, settings, registry, secretsOf);
  if (isFailure(ports)) return stopAfter(ports, supervisor);
  const unrecorded =
    (await recordCopies(files, time, acceptLoss)) ?? (await recordCertified(files, time, certified));
  if (unrecorded !== undefined) return stopAfter(unrecorded, supervisor);
  return runningServices(known, supervisor, ports, prepared.created);
}

/** By a clock that is not plausible, which may be set while the services run, it is a word in the log. */
function refuseAuthority({ files, options, log, clock }: Known): Failure | undefined {
  const fault = authorityFault(files, utcDate(options.time));
  if (fault === undefined || clock.trust.isPlausible()) return fault;
  log.error(fault.failure, { event: "authority.not-valid" });
  return undefined;
}

/** The accounts have been opened by then, so that there is a trail also at the first start. */
async function recordCertified(
  files: DataFiles,
  time: Time,
  services: readonly string[],
): Promise<Failure | undefined> {
  if (services.length === 0) return undefined;
  const subjects = services.map((name) => `service ${name}`);
  const recorded = await recordInFolder(files, time, "certificate.issued", ...subjects);
  return isFailure(recorded) ? recorded : undefined;
}

async function stopAfter(failure: Failure, supervisor: Supervisor): Promise<Failure> {
  await supervisor.stop();
  return failure;
}

function supervisorFor(files: DataFiles, options: StartOptions, order: readonly string[]): Supervisor {
  const { time, onRestart, onGiveUp, onHung } = options;
  return new Supervisor({
    writeLine: options.writeLine(files),
    time,
    order,
    onRestart,
    ...(onGiveUp && { onGiveUp }),
    ...(onHung && { onHung }),
  });
}

function runningServices(
  { files, options, registry, log, clock, lock }: Known,
  supervisor: Supervisor,
  ports: Ports,
  created: boolean,
): RunningServices {
  const { settings, time } = options;
  // A renewal by a clock that was ahead is undone by the right one; none would keep everybody out after a long stop.
  const isClockTrusted = (): boolean => clock.trust.isPlausible();
  const cancelRenewal = renewCertificates({
    ...{ files, services: registry.services, hosts: settings.hostNames, isClockTrusted, time, log },
    restart: (service) => supervisor.restart(service),
  });
  return {
    files,
    created,
    broken: () => supervisor.broken,
    gaveUp: supervisor.gaveUp,
    portOf: (service) => portIn(ports, service),
    pid: (service) => supervisor.pid(service),
    stop: async () => {
      cancelRenewal();
      const failures = await supervisor.stop();
      await clock.close();
      lock.release();
      return failures;
    },
  };
}

type Ports = ReadonlyMap<string, ReadyService>;

function startAll(
  supervisor: Supervisor,
  files: DataFiles,
  settings: Settings,
  { services }: ServiceRegistry,
  secretsOf: SecretsOf,
): Promise<Ports | Failure> {
  return startInOrder(services, (service, ready: Ports) => {
    const portOf = (name: string): number => portIn(ready, name);
    const readinessOf = (name: string): string => `http://127.0.0.1:${metricsPortIn(ready, name)}`;
    return supervisor.start(specOf(service, { files, settings, portOf, readinessOf }, secretsOf));
  });
}

function metricsPortIn(ports: Ports, service: string): number {
  const port = ports.get(service)?.metricsPort;
  if (port === undefined) throw new RangeError(`the service ${service} tells nobody of its readiness`);
  return port;
}

function portIn(ports: Ports, service: string): number {
  const ready = ports.get(service);
  if (ready === undefined) throw new RangeError(`no service ${service} is ready`);
  return ready.port;
}
