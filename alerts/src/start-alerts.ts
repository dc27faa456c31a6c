import { NotifierClient } from "@purrimeter/notifier/notifier-client";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import type { Secrets } from "@purrimeter/secrets/open-secrets";
import { certificateCheck } from "@purrimeter/service/certificate-check";
import { diskCheck } from "@purrimeter/service/disk-check";
import { followCommits } from "@purrimeter/service/follow-commits";
import { JsonClient } from "@purrimeter/service/json-client";
import { errorCode } from "@purrimeter/service/log";
import type { ReadinessCheck } from "@purrimeter/service/readiness";
import type { RunningService, ServiceParts } from "@purrimeter/service/service-definition";
import { storeCheck } from "@purrimeter/service/store-check";
import { watchClock, type WatchedClock } from "@purrimeter/service/watch-clock";
import { watchHealth } from "@purrimeter/service/watch-health";
import { openStore, type Store } from "@purrimeter/store/open-store";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Config } from "./config.ts";
import { authContacts } from "./deliver/contacts.ts";
import { alertMetrics, type AlertMetrics } from "./engine/alert-metrics.ts";
import { Engine } from "./engine/engine.ts";
import { lagCheck } from "./engine/lag-check.ts";

/** Of the question for an address. */
const CONTACT_LIMITS = { deadlineMs: 5_000, maxAnswerBytes: 4_096, maxConnections: 16 };

/** How often rows that wait are counted. */
const COUNT_MS = 15_000;

type Parts = ServiceParts<Config, Secrets>;

/** Opens the store, judges what happens, and has owners told. Listens for nobody. */
export async function startAlerts(parts: Parts): Promise<RunningService> {
  const { config, log, metrics, time } = parts;
  const store = openLocations(parts);
  await store.checkKeyRing();
  const clock = await watchClock({ time, log, metrics, record: store.clock });
  const measured = alertMetrics(metrics);
  const clients = openClients(parts);
  const engine = openEngine(parts, { store, clock, measured, clients });
  const followers = config.commits.map((url) => followCommits({ url, time, onCommit: () => engine.wake() }));
  const certificate = readFileSync(config.tls.certificate);
  const cancels = [
    watchHealth({ ...parts, certificate, folder: dirname(config.database) }),
    time.every(COUNT_MS, () => void count(parts, store, engine, measured), { background: true }),
    store.trail.watch(parts),
  ];
  engine.start();
  return {
    // Nothing listens but metrics.
    ready: { port: 0 },
    checks: checksOf(parts, { store, clock, engine, certificate }),
    stop: async (graceMs) => {
      for (const cancel of cancels) cancel();
      for (const follower of followers) follower.close();
      await engine.stop(graceMs);
      clients.notifier.close();
      clients.auth.close();
      await clock.close();
      await store.close();
    },
  };
}

function openLocations({ config, secrets, log, time, alarms, version }: Parts): Store {
  const failed = (error: unknown): void => {
    log.error("the audit trail is not signed", { event: "audit.unsigned", code: errorCode(error) });
    alarms.observe({ event: "trail.unwritten" });
  };
  const store = openStore({
    path: config.database,
    databaseKey: secrets.readKey("database-key"),
    keyRing: secrets.keyRing(config.keyRing),
    mustExist: config.databaseMustExist,
    installation: config.installation,
    audit: { key: secrets.readKey("audit-key"), time, failed },
    now: () => time.utcS() as UnixSeconds,
    monotonicMs: () => time.monotonicMs(),
  });
  store.trail.recordStart("alerts", version);
  return store;
}

interface Clients {
  readonly notifier: NotifierClient;
  readonly auth: JsonClient;
}

function openClients({ config, secrets, time }: Parts): Clients {
  const authority = readFileSync(config.tls.authority);
  const identity = { certificate: readFileSync(config.tls.certificate), key: secrets.read("tls-key.pem") };
  const known = { authority, identity, time };
  return {
    notifier: new NotifierClient({ url: config.notifier, ...known }),
    auth: new JsonClient({ url: config.auth, ...known, ...CONTACT_LIMITS }),
  };
}

interface Opened {
  readonly store: Store;
  readonly clock: WatchedClock;
  readonly measured: AlertMetrics;
  readonly clients: Clients;
}

function openEngine(
  { config, log, time, random }: Parts,
  { store, clock, measured, clients }: Opened,
): Engine {
  return new Engine({
    ...{ log, time, random, metrics: measured },
    work: store.alertWork,
    changeCount: () => store.changeCount(),
    // A clock that is ahead as after a long stop is right, as far as is known.
    isClockTrusted: () => clock.trust.isPlausible(),
    notifier: clients.notifier,
    contacts: authContacts(clients.auth),
    publicUrl: config.publicUrl === undefined ? undefined : new URL(config.publicUrl).origin,
  });
}

function checksOf(
  { config, time }: Parts,
  {
    store,
    clock,
    engine,
    certificate,
  }: Omit<Opened, "measured" | "clients"> & { readonly engine: Engine; readonly certificate: Buffer },
): readonly ReadinessCheck[] {
  return [
    storeCheck(() => store.check()),
    diskCheck(dirname(config.database)),
    certificateCheck(certificate, time),
    clock.check,
    clock.commits,
    lagCheck(engine, () => clock.trust.isPlausible()),
  ];
}

/** For metrics; what cannot be counted now is counted the next time, and the engine's log says why. */
async function count({ log }: Parts, store: Store, engine: Engine, measured: AlertMetrics): Promise<void> {
  try {
    measured.waiting(await store.alertWork.waiting());
    measured.lag((await engine.lagMs()) / 1_000);
  } catch (error) {
    log.warn("what waits could not be counted", { event: "alerts.uncounted", code: errorCode(error) });
  }
}
