import { errorCode } from "@purrimeter/service/log";
import { watchHealth } from "@purrimeter/service/watch-health";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { followCommits } from "@purrimeter/service/follow-commits";
import { JsonClient } from "@purrimeter/service/json-client";
import { Readiness, type ReadinessCheck } from "@purrimeter/service/readiness";
import { PUBLIC_HTTP_LIMITS } from "@purrimeter/service/http-limits";
import { listen } from "@purrimeter/service/listen";
import type { Fetch, Listening } from "@purrimeter/service/listen";
import { logRefused, type RefusedLog } from "@purrimeter/service/log-refused";
import type { Metrics } from "@purrimeter/service/metrics";
import type { RunningService, ServiceParts } from "@purrimeter/service/service-definition";
import { watchClock, type WatchedClock } from "@purrimeter/service/watch-clock";
import type { Time } from "@purrimeter/service/time";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { openStore } from "@purrimeter/store/open-store";
import type { StoreEvent } from "@purrimeter/store/store-event";
import type { Store } from "@purrimeter/store/open-store";
import type { NotifierClient } from "@purrimeter/notifier/notifier-client";
import type { Secrets } from "@purrimeter/secrets/open-secrets";
import type { ClientAddresses } from "@purrimeter/service/client-address";
import { ANSWER_HEADERS } from "./edge/answer-headers.ts";
import type { AuthService } from "./edge/auth-service.ts";
import type { Config } from "./config.ts";
import { followEndedSessions } from "./edge/follow-ended-sessions.ts";
import { tellOwners } from "./accounts/tell-owners.ts";
import { eraseRestored } from "./accounts/erase-restored.ts";
import { followErasures } from "./accounts/follow-erasures.ts";
import type { ArchiveJobs } from "./export/archive-jobs.ts";
import { deleteOldExports } from "./export/delete-old-exports.ts";
import type { LiveStreams } from "./live/live-streams.ts";
import { SUMMARY_EVERY_MS, type RequestLog } from "@purrimeter/service/request-log";
import { makeApp, makeErasures, makeParts } from "./make-parts.ts";
import type { Parts } from "./make-parts.ts";
import { readinessChecks } from "./service/readiness-checks.ts";

/** Everything that runs, to be ended in order. */
interface Running {
  readonly listening: Listening;
  readonly store: Store;
  readonly live: LiveStreams;
  readonly archives: ArchiveJobs;
  readonly auth: AuthService;
  readonly notifier: NotifierClient | undefined;
  readonly peers: readonly JsonClient[];
  readonly checks: readonly ReadinessCheck[];
  readonly requests: RequestLog;
  readonly refused: RefusedLog;
  readonly stopping: AbortController;
  /** Work in the background, which ends with the signal. */
  readonly following: Promise<unknown>;
  readonly cancelSummary: () => void;
}

/** Opens the store, wires the API and listens for owners. */
export async function startCloudApi(given: ServiceParts<Config, Secrets>): Promise<RunningService> {
  const { time, log, metrics } = given;
  const watch: { clock?: WatchedClock } = {};
  const parts = openParts(given, {
    isClockTrusted: () => watch.clock?.trust.isTrusted() ?? false,
    isClockPlausible: () => watch.clock?.trust.isPlausible() ?? false,
  });
  const watched = await watchClock({ time, log, metrics, record: parts.store.clock });
  watch.clock = watched;
  await parts.store.checkKeyRing();
  const running = await run(parts, [watched.check, watched.commits]);
  return {
    ready: { port: running.listening.port },
    checks: running.checks,
    stop: async (graceMs) => {
      await watched.close();
      await stop(running, graceMs);
    },
  };
}

function openParts(
  { config, secrets, log, metrics, time, alarms, version }: ServiceParts<Config, Secrets>,
  clock: { readonly isClockTrusted: () => boolean; readonly isClockPlausible: () => boolean },
): Parts {
  const now = (): UnixSeconds => time.utcS() as UnixSeconds;
  const monotonicMs = (): number => time.monotonicMs();
  const keyRing = secrets.keyRing(config.keyRing);
  const databaseKey = secrets.readKey("database-key");
  const { database: path, databaseMustExist: mustExist, installation, erasureList } = config;
  const failed = (error: unknown): void => {
    log.error("the audit trail is not signed", { event: "audit.unsigned", code: errorCode(error) });
    alarms.observe({ event: "trail.unwritten" });
  };
  const owners: Parts["owners"] = {};
  const listener = (event: StoreEvent): void => owners.tell?.(event);
  const audit = { key: secrets.readKey("audit-key"), time, failed, listener };
  const options = { path, databaseKey, keyRing, mustExist, installation, erasureList, audit };
  const store = openStore({ ...options, ...clock, now, monotonicMs });
  store.trail.recordStart("cloud-api", version);
  return { config, secrets, store, keyRing, log, metrics, alarms, time, now, monotonicMs, owners };
}

/** How often tags were looked at in hours that are over; what cannot be recorded now is with the next ones. */
function endPastHours({ store, log, alarms }: Pick<Parts, "alarms" | "log" | "store">): void {
  try {
    store.trail.endPastHours();
  } catch (error) {
    log.error("reads are not in the audit trail", { event: "audit.unwritten", code: errorCode(error) });
    alarms.observe({ event: "trail.unwritten" });
  }
}

async function run(parts: Parts, clock: readonly ReadinessCheck[]): Promise<Running> {
  const { config, log, metrics, store, time, monotonicMs } = parts;
  const made = makeParts(parts);
  const { archives, auth, notifier, ended, live, requests, report, addresses } = made;
  store.exports.recover();
  const erasures = makeErasures(parts, auth, report);
  parts.owners.tell = tellOwners(auth, log);
  const peers = parts.config.peers.map(({ url }) => peerClient(url, time));
  const checks = [...readinessChecks({ ...parts, ended, peers }), ...clock];
  const app = makeApp(parts, made, { erasures, readiness: new Readiness(checks, time) });
  const refused = logRefused(log, metrics, monotonicMs);
  const listening = await listenFor(parts, app.fetch, addresses, refused);
  measure(metrics, { requests, live, listening });
  const commits = config.commits.map((url) => followCommits({ url, time, onCommit: () => void live.look() }));
  const stopping = new AbortController();
  const following = Promise.all([
    followEndedSessions({ auth, ended, time, report }, stopping.signal),
    followErasures(erasures, time, stopping.signal),
    eraseRestored(parts, stopping.signal),
    deleteOldExports(parts, stopping.signal),
  ]);
  const cancelSummary = time.every(SUMMARY_EVERY_MS, () => {
    summarise({ requests, refused });
    endPastHours(parts);
  });
  const { database, tls } = parts.config;
  const certificate = readFileSync(tls.certificate);
  const cancelHealth = watchHealth({ ...parts, certificate, folder: dirname(database) });
  const cancelTrail = store.trail.watch(parts);
  return {
    listening,
    store,
    live,
    archives,
    auth,
    notifier,
    peers,
    checks,
    requests,
    refused,
    stopping,
    following,
    cancelSummary: () => {
      for (const followed of commits) followed.close();
      cancelSummary();
      cancelHealth();
      cancelTrail();
    },
  };
}

function summarise({ requests, refused }: Pick<Running, "requests" | "refused">): void {
  requests.summarise();
  refused.summarise();
}

/** Shorter than the deadline of a check, so that the reason is the network's. */
const PEER_LIMITS = { deadlineMs: 1_500, maxAnswerBytes: 16_384, maxConnections: 2 };

function peerClient(url: string, time: Time): JsonClient {
  return new JsonClient({ url, time, ...PEER_LIMITS });
}

function listenFor(
  { config, secrets, time }: Parts,
  fetch: Fetch,
  addresses: ClientAddresses,
  onRefused: RefusedLog,
): Promise<Listening> {
  return listen(fetch, {
    host: config.host,
    port: config.port,
    certificate: readFileSync(config.tls.certificate),
    key: config.tls.key === undefined ? secrets.read("tls-key.pem") : readFileSync(config.tls.key),
    limits: { ...PUBLIC_HTTP_LIMITS, ...config.connections },
    isUncounted: (peer) => addresses.isTrusted(peer),
    headers: ANSWER_HEADERS,
    time,
    onRefused,
  });
}

function measure(
  metrics: Metrics,
  { requests, live, listening }: Pick<Running, "requests" | "live" | "listening">,
): void {
  metrics.countsOf({ name: "answers_total", help: "Answers by status.", labels: ["status"] }, () =>
    requests.answers(),
  );
  metrics.gauge({ name: "live_streams", help: "Open streams of live locations." }, () => live.size);
  metrics.gauge({ name: "connections", help: "Open connections." }, () => listening.connections);
}

async function stop(running: Running, graceMs: number): Promise<void> {
  running.cancelSummary();
  running.stopping.abort();
  running.live.close();
  await running.listening.close(graceMs);
  await running.archives.stop();
  running.auth.close();
  running.notifier?.close();
  for (const peer of running.peers) peer.close();
  await running.following;
  summarise(running);
  await running.store.close();
}
