import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { watchHealth } from "@purrimeter/service/watch-health";
import { certificateCheck } from "@purrimeter/service/certificate-check";
import { diskCheck } from "@purrimeter/service/disk-check";
import { errorCode, type Log } from "@purrimeter/service/log";
import { storeCheck } from "@purrimeter/service/store-check";
import type { RunningService, ServiceParts } from "@purrimeter/service/service-definition";
import { watchClock, type WatchedClock } from "@purrimeter/service/watch-clock";
import { ClientAddresses } from "@purrimeter/service/client-address";
import type { Cancel, Time } from "@purrimeter/service/time";
import { asUnixSeconds, type UnixSeconds } from "@purrimeter/protocol/values";
import type { Secrets } from "@purrimeter/secrets/open-secrets";
import { openStore, type Store } from "@purrimeter/store/open-store";
import type { BridgeConfig } from "./bridge-config.ts";
import { createBridge, type BridgeParts } from "./bridge.ts";
import { createAedesSource, type AedesSource } from "./broker/aedes-source.ts";
import { observeSecurityEvent } from "./broker/observe-security-event.ts";
import { logSecurityEvents, type SecurityLog } from "./broker/log-security-events.ts";
import { logTls12Listener, logTlsVersions } from "./broker/log-tls-versions.ts";
import { watchRevocations } from "./broker/watch-revocations.ts";
import { cutFutureTimes } from "./ingest/cut-future-times.ts";
import { deleteOldLocations } from "./ingest/delete-old-locations.ts";
import { MissingEntries } from "./ingest/missing-entries.ts";
import { createBridgeCounters, type BridgeCounters } from "./metrics/bridge-counters.ts";
import { measureBridge } from "./metrics/measure-bridge.ts";

const SETTINGS_POLL_MS = 250;
const REVOCATION_POLL_MS = 5_000;
const RETENTION_INTERVAL_MS = 86_400_000;

/** How often it is asked whether a day has passed since the last run, or the clock is trusted again. */
const RETENTION_LOOK_MS = 3_600_000;

/** How long something may seem to be in the future once the clock is right. */
const FUTURE_LOOK_MS = 300_000;

/** Between two lines about missing entries, or about what was left out of the log in a flood. */
const SUM_MS = 60_000;

type Parts = ServiceParts<BridgeConfig, Secrets>;

/** Opens the store and listens for tags. */
export async function startBridge(parts: Parts): Promise<RunningService> {
  const { config, log, metrics, time, alarms } = parts;
  const now = utcOf(time);
  const counters = createBridgeCounters();
  const store = await openLocations(parts, now);
  const security = logSecurityEvents(counters, log, () => time.monotonicMs());
  const source = openSource(parts, { counters, security, now });
  const { retention: bounds, verification, quotas } = config;
  const clock = await watchClock({ time, log, metrics, record: store.clock });
  const missing = new MissingEntries(counters, log);
  const given = {
    missing,
    counters,
    log,
    // What is older than any owner keeps is not believed: the tag's clock is wrong.
    retentionDays: bounds.maxDays,
    verification,
    quotas,
    now,
    time,
    clock: clock.trust,
    alarms,
  };
  const bridge = createBridge({ ...partsOf(store), source, ...given });
  const { port, tls12Port } = await source.open(bridge.sink);
  logTls12Listener(counters, log, tls12Port);
  measureBridge(metrics, counters, source);
  const look = watchRevocations(config.tls.revoked, source, log);
  const isClockTrusted = (): boolean => clock.trust.isTrusted();
  const deleteOld = daily(time, isClockTrusted, () =>
    deleteOldLocations({ store, bounds, isClockTrusted, now, log }),
  );
  const cutFuture = (): void => void cutFutureTimes({ store, isClockTrusted, now, log });
  const timers = [
    time.every(FUTURE_LOOK_MS, cutFuture),
    time.every(SETTINGS_POLL_MS, () => void bridge.tick()),
    time.every(REVOCATION_POLL_MS, look),
    time.every(RETENTION_LOOK_MS, deleteOld),
    time.every(SUM_MS, () => missing.tell()),
    time.every(SUM_MS, () => security.summarise()),
  ];
  deleteOld();
  cutFuture();
  const pages = store.checkPages(log, time);
  const certificate = readFileSync(config.tls.certificate);
  timers.push(watchHealth({ ...parts, certificate, folder: dirname(config.database) }));
  const checks = [
    storeCheck(() => store.check()),
    diskCheck(dirname(config.database)),
    certificateCheck(certificate, time),
    clock.check,
    clock.commits,
    missing.check,
    pages.check,
  ];
  timers.push(() => pages.stop());
  return { ready: { port, tls12Port }, checks, stop: () => stop({ source, security, store, clock, timers }) };
}

function partsOf({ reports, commands, lost }: Store): Pick<BridgeParts, "store" | "commands" | "lost"> {
  return { store: reports, commands, lost };
}

/** Works at once, and then each day; later, as soon as the clock is trusted, when it is not. */
function daily(time: Time, isClockTrusted: () => boolean, work: () => Promise<void>): () => void {
  let lastMs: number | undefined;
  return () => {
    const nowMs = time.monotonicMs();
    if (lastMs !== undefined && nowMs - lastMs < RETENTION_INTERVAL_MS) return;
    if (isClockTrusted()) lastMs = nowMs;
    void work();
  };
}

function utcOf(time: Time): () => UnixSeconds {
  return () => asUnixSeconds(time.utcS()) ?? (0 as UnixSeconds);
}

async function openLocations(
  { config, secrets, log, time, version, committed }: Parts,
  now: () => UnixSeconds,
): Promise<Store> {
  const store = openStore({
    path: config.database,
    databaseKey: secrets.readKey("database-key"),
    keyRing: secrets.keyRing(config.keyRing),
    mustExist: config.databaseMustExist,
    installation: config.installation,
    audit: { key: secrets.readKey("audit-key"), time, failed: unsigned(log) },
    now,
    monotonicMs: () => time.monotonicMs(),
    committed,
  });
  await store.checkKeyRing();
  store.trail.recordStart("bridge", version);
  return store;
}

function unsigned(log: Log): (error: unknown) => void {
  return (error) => {
    log.error("the audit trail is not signed", { event: "audit.unsigned", code: errorCode(error) });
  };
}

function openSource(
  { config, secrets, log, time, alarms }: Parts,
  { counters, security, now }: { counters: BridgeCounters; security: SecurityLog; now: () => UnixSeconds },
): AedesSource {
  const { tls, tls12, host, port } = config;
  const proxies = new ClientAddresses(config.trustedProxies);
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
    limits: limitsOf(config),
    isUncounted: (peer) => proxies.isTrusted(peer),
    now,
    time,
    onSecurityEvent: (event, tag, cause) => {
      security(event, tag, cause);
      observeSecurityEvent(alarms, event, tag, cause);
    },
    onTag: logTlsVersions(counters, log),
  });
}

/** Those limits that the configuration gives. */
function limitsOf({
  maxConnections,
  maxConnectionsPerAddress,
  acceptsPerAddress,
  sessionsPerCertificate,
}: BridgeConfig) {
  return {
    ...(maxConnections !== undefined && { maxConnections }),
    ...(maxConnectionsPerAddress !== undefined && { maxConnectionsPerAddress }),
    ...(acceptsPerAddress !== undefined && { acceptsPerAddress }),
    ...(sessionsPerCertificate !== undefined && { sessionsPerCertificate }),
  };
}

/** What is to be ended. */
interface Running {
  readonly source: AedesSource;
  readonly security: SecurityLog;
  readonly store: Store;
  readonly clock: WatchedClock;
  readonly timers: readonly Cancel[];
}

/** Sends the acknowledgements of the commit that runs, in a time of its own that is shorter than any grace. */
async function stop({ source, security, store, clock, timers }: Running): Promise<void> {
  for (const cancel of timers) cancel();
  await source.close();
  security.summarise();
  await clock.close();
  await store.close();
}
