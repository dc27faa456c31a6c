import { parseArgs } from "node:util";
import { openAlarms } from "../alarms/open-alarms.ts";
import { createLog, errorCode } from "../log/log.ts";
import type { Log } from "../log/log.ts";
import { listenMetrics } from "../metrics/listen-metrics.ts";
import type { MetricsListener } from "../metrics/listen-metrics.ts";
import { CommitNotices } from "../metrics/commit-notices.ts";
import { Metrics } from "../metrics/metrics.ts";
import { systemRandom } from "../time/system-random.ts";
import { systemTime } from "../time/system-time.ts";
import type { ServiceConfig } from "./config-schemas.ts";
import { programVersion } from "./program-version.ts";
import { readConfig } from "./read-config.ts";
import { Readiness, type ReadinessReport } from "../metrics/readiness.ts";
import type { OpenSecrets, RunningService, ServiceDefinition } from "./service-definition.ts";
import { startErrorLine } from "./start-error.ts";

/** For requests under way. */
const GRACE_MS = 2_500;

/**
 * What still hangs then is left behind. Shorter than the 10 s after which a supervisor kills; long enough for mails under way,
 * and on a machine where everything takes ten times as long.
 */
const STOP_DEADLINE_MS = 9_000;

/** Everything that was opened, to be ended in the reverse order. */
interface Process {
  readonly running: RunningService;
  readonly secrets: OpenSecrets;
  readonly metricsListener: MetricsListener | undefined;
  readonly serving: Serving;
  readonly stopDeadlineMs: number;
}

/** What the process says of its readiness, which is more once it has started and less when it ends. */
interface Serving {
  report: () => Promise<ReadinessReport>;
}

function notServing(detail: string): Serving["report"] {
  return () => Promise.resolve({ status: "not-ready", checks: { process: { ok: false, detail } } });
}

/**
 * Runs a service until SIGTERM or SIGINT: `--config FILE`, one line on standard error and exit code 1 when it cannot start, a ready
 * message for whoever forked it, SIGHUP, a graceful end with exit code 0. To be called once, by a main.ts.
 */
export async function runService<
  Name extends string,
  Config extends ServiceConfig,
  Secrets extends OpenSecrets,
>(definition: ServiceDefinition<Name, Config, Secrets>): Promise<void> {
  const log = createLog(definition.name);
  try {
    const started = await start(definition, log);
    handleSignals(started, log);
    const ready = { ...started.running.ready, ...metricsPort(started.metricsListener) };
    log.info("ready", { event: "ready", port: ready.port });
    process.send?.({ type: "ready", ...ready });
  } catch (error) {
    process.stderr.write(`${definition.name}: ${startErrorLine(error)}\n`);
    process.exit(1);
  }
}

async function start<Name extends string, Config extends ServiceConfig, Secrets extends OpenSecrets>(
  {
    name,
    schema,
    openSecrets,
    start: startService,
    tellsCommits,
    stopDeadlineMs,
  }: ServiceDefinition<Name, Config, Secrets>,
  log: Log,
): Promise<Process> {
  const { values } = parseArgs({ options: { config: { type: "string" } } });
  if (values.config === undefined) throw new Error("--config FILE is missing");
  const config = readConfig(values.config, schema);
  const metrics = new Metrics(name);
  const serving: Serving = { report: notServing("is starting") };
  const commits = tellsCommits === true ? new CommitNotices(systemTime) : undefined;
  const metricsListener = await openMetrics(config, { metrics, commits }, serving);
  const secrets = await openSecrets({
    process: name,
    config: config.secrets,
    credentials: process.env["CREDENTIALS_DIRECTORY"],
    onFault: ({ code }) =>
      log.error("the login to the source of secrets could not be kept up", { event: "vault.fault", code }),
  });
  const committed = (): void => commits?.committed();
  const parts = { config, secrets, log, metrics, committed, time: systemTime, random: systemRandom };
  const alarms = openAlarms({ ...parts, process: name, spool: config.alarmSpool });
  const running = await startService({ ...parts, alarms, version: programVersion() });
  const readiness = new Readiness(running.checks ?? [], systemTime);
  serving.report = () => readiness.report();
  const deadlineMs = stopDeadlineMs?.(config) ?? STOP_DEADLINE_MS;
  return { running, secrets, metricsListener, serving, stopDeadlineMs: deadlineMs };
}

async function openMetrics(
  { metrics: wanted }: ServiceConfig,
  { metrics, commits }: { readonly metrics: Metrics; readonly commits: CommitNotices | undefined },
  serving: Serving,
): Promise<MetricsListener | undefined> {
  if (wanted === undefined) return undefined;
  metrics.collectProcess();
  return listenMetrics({ port: wanted.port, metrics, commits, readiness: () => serving.report() });
}

function metricsPort(listener: MetricsListener | undefined): { metricsPort?: number } {
  return listener === undefined ? {} : { metricsPort: listener.port };
}

function handleSignals(started: Process, log: Log): void {
  let stopping: Promise<void> | undefined;
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.on(signal, () => void (stopping ??= stop(started, log)));
  process.on("SIGHUP", () => void reload(started.running, log));
}

async function reload({ reload: read }: RunningService, log: Log): Promise<void> {
  try {
    await read?.();
  } catch (error) {
    log.error("reading again failed; what was read before stays in use", {
      event: "reload.fault",
      code: errorCode(error),
    });
  }
}

async function stop(started: Process, log: Log): Promise<void> {
  systemTime.after(started.stopDeadlineMs, () => process.exit(1), { background: true });
  started.serving.report = notServing("is stopping");
  try {
    await started.running.stop(GRACE_MS);
    await started.secrets.close();
    await started.metricsListener?.close();
    log.info("stopped", { event: "stopped" });
  } catch (error) {
    log.error("could not be stopped in order", { event: "stop.fault", code: errorCode(error) });
    process.exitCode = 1;
  }
  if (process.connected) process.disconnect();
}
