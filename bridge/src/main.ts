import { readFileSync, statSync } from "node:fs";
import { parseArgs } from "node:util";
import { createLog, errorCode, type Log } from "@purrimeter/service/log";
import { asUnixSeconds, type UnixSeconds } from "@purrimeter/protocol/values";
import { openSecrets, type Secrets } from "@purrimeter/secrets/open-secrets";
import { openStore, type Store } from "@purrimeter/store/open-store";
import { createAedesSource, type AedesSource } from "./broker/aedes-source.ts";
import { bridgeConfigSchema, type BridgeConfig } from "./bridge-config.ts";
import { createBridgeCounters, type BridgeCounters } from "./metrics/bridge-counters.ts";
import { createBridge } from "./bridge.ts";
import { HeapGrowth } from "./metrics/heap-growth.ts";
import { logSecurityEvents } from "./broker/log-security-events.ts";
import { METRICS_EVERY_MS, MetricsFile } from "./metrics/metrics-file.ts";
import { metricsText } from "./metrics/metrics-text.ts";
import { logTls12Listener, logTlsVersions } from "./broker/log-tls-versions.ts";

const SETTINGS_POLL_MS = 250;
const HEAP_POLL_MS = 1_000;
/** A report takes some small buffers; V8 keeps books of every pool that they are cut from. */
const BUFFER_POOL_BYTES = 65_536;
const REVOCATION_POLL_MS = 5_000;
const RETENTION_INTERVAL_MS = 86_400_000;
const DAY_S = 86_400;
const STOP_TIMEOUT_MS = 4_000;

const now = (): UnixSeconds => asUnixSeconds(Math.floor(Date.now() / 1000)) ?? (0 as UnixSeconds);
const monotonicMs = (): number => performance.now();

/** Everything that runs, so that it can be stopped in order. */
interface Running {
  readonly source: AedesSource;
  readonly store: Store;
  readonly secrets: Secrets;
  readonly timers: readonly NodeJS.Timeout[];
  readonly log: Log;
}

function readConfig(): BridgeConfig {
  const { values } = parseArgs({ options: { config: { type: "string" } } });
  if (values.config === undefined) throw new Error("usage: node bridge/src/main.ts --config FILE.json");
  const parsed = bridgeConfigSchema.safeParse(JSON.parse(readFileSync(values.config, "utf8")));
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "file"}: ${message}`);
  throw new Error(`${values.config}: ${where.join("; ")}`);
}

function findSecrets({ secrets }: BridgeConfig, log: Log): Promise<Secrets> {
  return openSecrets({
    process: "bridge",
    config: secrets,
    credentials: process.env["CREDENTIALS_DIRECTORY"],
    onFault: ({ code }) =>
      log.error("the login to Vault could not be kept up", { event: "vault.fault", code }),
  });
}

function openLocations(config: BridgeConfig, secrets: Secrets): Store {
  return openStore({
    path: config.database,
    databaseKey: secrets.readKey("database-key"),
    keyRing: secrets.keyRing(config.keyRing),
    now,
    monotonicMs,
  });
}

function openSource(config: BridgeConfig, secrets: Secrets, counters: BridgeCounters, log: Log): AedesSource {
  const { tls, tls12, host, port, maxConnections } = config;
  return createAedesSource({
    host,
    port,
    tls: {
      certificate: readFileSync(tls.certificate, "utf8"),
      key: secrets.read("tls-key.pem").toString("utf8"),
      clientAuthority: readFileSync(tls.clientAuthority, "utf8"),
      revoked: tls.revoked === undefined ? undefined : readFileSync(tls.revoked, "utf8"),
    },
    tls12,
    limits: maxConnections === undefined ? {} : { maxConnections },
    now,
    monotonicMs,
    onSecurityEvent: logSecurityEvents(counters, log, monotonicMs),
    onTag: logTlsVersions(counters, log),
  });
}

/** Reads the revocation lists again when their file has changed, and ends sessions of tags that may have none. */
function watchRevocations(path: string | undefined, source: AedesSource, log: Log): NodeJS.Timeout {
  let seenMs = path === undefined ? 0 : statSync(path).mtimeMs;
  return setInterval(() => {
    void source.expelRevoked();
    if (path === undefined) return;
    try {
      const changedMs = statSync(path).mtimeMs;
      if (changedMs === seenMs) return;
      source.replaceRevoked(readFileSync(path, "utf8"));
      seenMs = changedMs;
      log.info("revocation lists read", { event: "revocation.read" });
    } catch (error) {
      // The lists in use stay; the next look tries again.
      log.error("revocation lists could not be read", { event: "revocation.fault", code: errorCode(error) });
    }
  }, REVOCATION_POLL_MS);
}

function adaptHeap(counters: BridgeCounters): NodeJS.Timeout {
  const growth = new HeapGrowth();
  let seen = 0;
  return setInterval(() => {
    const reports = counters.get("reports");
    growth.adapt(reports - seen);
    seen = reports;
  }, HEAP_POLL_MS);
}

/** Writes the counts now and then, from the start on; what it gives stops nothing when there is no such file. */
function keepMetrics(
  path: string | undefined,
  counters: BridgeCounters,
  source: AedesSource,
  log: Log,
): NodeJS.Timeout | undefined {
  if (path === undefined) return undefined;
  const file = new MetricsFile(path, log);
  const write = (): void => {
    const { sessions, connections } = source;
    file.write(metricsText(counters.counts, { sessions, connections }));
  };
  write();
  return setInterval(write, METRICS_EVERY_MS);
}

async function clearOld(store: Store, retentionDays: number, log: Log): Promise<void> {
  try {
    const before = asUnixSeconds(Math.max(0, now() - retentionDays * DAY_S)) ?? (0 as UnixSeconds);
    const count = await store.retention.deleteBefore(before);
    log.info("old locations deleted", { event: "retention.done", count });
  } catch (error) {
    log.error("old locations could not be deleted", { event: "retention.fault", code: errorCode(error) });
  }
}

/** Why it cannot listen, in one line. */
function whyDeaf({ host, port, tls12 }: BridgeConfig, error: unknown): string {
  const { code, port: taken } = error as NodeJS.ErrnoException & { port?: number };
  if (code === "EADDRINUSE") return `port ${String(taken)} is in use`;
  const ports = [port, ...(tls12 === undefined ? [] : [tls12.port])].join(" and ");
  return `cannot listen on ${host}:${ports} (${errorCode(error)})`;
}

async function start(log: Log): Promise<Running> {
  const config = readConfig();
  const secrets = await findSecrets(config, log);
  const counters = createBridgeCounters();
  const store = openLocations(config, secrets);
  const source = openSource(config, secrets, counters, log);
  const { retentionDays, verification } = config;
  const bridge = createBridge({
    store: store.reports,
    source,
    counters,
    log,
    retentionDays,
    verification,
    now,
    monotonicMs,
  });
  const { port, tls12Port } = await source.open(bridge.sink).catch((error: unknown) => {
    throw new Error(whyDeaf(config, error), { cause: error });
  });
  logTls12Listener(counters, log, tls12Port);
  const timers = [
    setInterval(() => void bridge.tick(), SETTINGS_POLL_MS),
    adaptHeap(counters),
    watchRevocations(config.tls.revoked, source, log),
    setInterval(() => void clearOld(store, retentionDays, log), RETENTION_INTERVAL_MS),
  ];
  const metrics = keepMetrics(config.metrics, counters, source, log);
  if (metrics !== undefined) timers.push(metrics);
  void clearOld(store, retentionDays, log);
  log.info("bridge is up", { event: "ready", port });
  process.send?.({ type: "ready", port, tls12Port });
  return { source, store, secrets, timers, log };
}

/** Sends the acknowledgements of the commit that runs; whatever hangs is left behind after 4 s. */
async function stop({ source, store, secrets, timers, log }: Running): Promise<void> {
  setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
  for (const timer of timers) clearInterval(timer);
  await source.close();
  await store.close();
  await secrets.close();
  log.info("bridge has stopped", { event: "stopped" });
  if (process.connected) process.disconnect();
}

async function main(): Promise<void> {
  Buffer.poolSize = BUFFER_POOL_BYTES;
  const log = createLog("bridge");
  try {
    const running = await start(log);
    let stopping: Promise<void> | undefined;
    for (const signal of ["SIGTERM", "SIGINT"] as const)
      process.on(signal, () => void (stopping ??= stop(running).then(() => process.exit(0))));
  } catch (error) {
    process.stderr.write(`bridge: ${error instanceof Error ? error.message : "unknown fault"}\n`);
    process.exit(1);
  }
}

await main();
