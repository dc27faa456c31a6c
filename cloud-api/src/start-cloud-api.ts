import { readFileSync } from "node:fs";
import { keysRoute } from "@purrimeter/auth-api/internal";
import { errorCode } from "@purrimeter/service/log";
import type { Log } from "@purrimeter/service/log";
import { PUBLIC_HTTP_LIMITS } from "@purrimeter/service/http-limits";
import { listen } from "@purrimeter/service/listen";
import type { Fetch, Listening } from "@purrimeter/service/listen";
import { logRefused } from "@purrimeter/service/log-refused";
import type { Metrics } from "@purrimeter/service/metrics";
import type { RunningService, ServiceParts } from "@purrimeter/service/run-service";
import type { Time } from "@purrimeter/service/time";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { openStore } from "@purrimeter/store/open-store";
import type { Store } from "@purrimeter/store/open-store";
import type { Secrets } from "@purrimeter/secrets/open-secrets";
import { ClientAddresses } from "@purrimeter/service/client-address";
import { RateLimiter } from "@purrimeter/service/rate-limiter";
import { ANSWER_HEADERS } from "./edge/answer-headers.ts";
import { AccessTokens } from "./edge/access-tokens.ts";
import { createApp } from "./app.ts";
import { createAuthReport } from "./edge/auth-report.ts";
import type { AuthReport } from "./edge/auth-report.ts";
import { AuthService } from "./edge/auth-service.ts";
import { certificateHosts } from "./edge/certificate-hosts.ts";
import type { Config } from "./config.ts";
import { Cursors } from "./lists/cursors.ts";
import { EndedSessions } from "./edge/ended-sessions.ts";
import { OwnerDataErasure } from "./accounts/owner-data-erasure.ts";
import { followEndedSessions } from "./edge/follow-ended-sessions.ts";
import { followErasures } from "./accounts/follow-erasures.ts";
import { KeySet } from "./edge/key-set.ts";
import { LiveStreams } from "./live/live-streams.ts";
import { logFailure } from "./edge/log-failure.ts";
import { RequestLog } from "./edge/request-log.ts";

const SUMMARY_EVERY_MS = 60_000;

/** What the parts of the service are made from. */
interface Parts {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly store: Store;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly time: Time;
  readonly now: () => UnixSeconds;
  readonly monotonicMs: () => number;
}

/** Everything that runs, to be ended in order. */
interface Running {
  readonly listening: Listening;
  readonly store: Store;
  readonly live: LiveStreams;
  readonly auth: AuthService;
  readonly ended: EndedSessions;
  readonly requests: RequestLog;
  readonly stopping: AbortController;
  /** Work in the background, which ends with the signal. */
  readonly following: Promise<unknown>;
  readonly cancelSummary: () => void;
}

/** What finders read and write: an hour's patience for who tries codes, room for who stands in the rain. */
const FOUND_RATE = { burst: 20, perSecond: 1 / 60 };

function makeLive({ store, time, now, monotonicMs, log }: Parts, ended: EndedSessions): LiveStreams {
  return new LiveStreams({
    changeCount: () => store.changeCount(),
    ended,
    now,
    monotonicMs,
    every: (periodMs, work) => time.every(periodMs, work),
    onFailure: (error) => log.error("live stream failed", { code: errorCode(error) }),
  });
}

function makeErasures({ store, log }: Parts, auth: AuthService, report: AuthReport): OwnerDataErasure {
  return new OwnerDataErasure({
    forOwner: (owner) => store.forOwner(owner),
    auth,
    report,
    onFailure: (error) =>
      log.error("a closed account is not erased yet", { event: "erasure.left-over", code: errorCode(error) }),
  });
}

/** What is made from the parts and used by several others. */
interface Made {
  readonly auth: AuthService;
  readonly ended: EndedSessions;
  readonly live: LiveStreams;
  readonly requests: RequestLog;
  readonly addresses: ClientAddresses;
  readonly report: AuthReport;
}

function makeApp(parts: Parts, made: Made, erasures: OwnerDataErasure) {
  const { config, log, now, monotonicMs } = parts;
  const { auth, ended, live, requests, addresses, report } = made;
  const { issuer, audience } = config;
  const keys = new KeySet(() => auth.call({ method: "GET", path: keysRoute.path }), monotonicMs, report);
  return createApp({
    forOwner: (owner) => parts.store.forOwner(owner),
    forViewer: (viewer) => parts.store.forViewer(viewer),
    finderReports: parts.store.finderReports,
    registry: parts.store.registry,
    live,
    erasures,
    auth,
    tokens: new AccessTokens({ issuer, audience, keys, ended, now }),
    cursors: new Cursors(parts.secrets.readKey("cursor-key")),
    addresses,
    ownerRates: new RateLimiter(config.rates.owner, monotonicMs),
    addressRates: new RateLimiter(config.rates.address, monotonicMs),
    hosts: new Set([...certificateHosts(readFileSync(config.tls.certificate)), ...config.hosts]),
    origins: config.origins,
    finderRates: new RateLimiter(FOUND_RATE, monotonicMs),
    now,
    monotonicMs,
    logRequest: (line) => requests.record(line),
    logFailure: logFailure(log),
  });
}

/** Opens the store, wires the API and listens for owners. */
export async function startCloudApi(given: ServiceParts<Config, Secrets>): Promise<RunningService> {
  const running = await run(openParts(given));
  return {
    ready: { port: running.listening.port },
    // Nobody is let in before it is known which sessions have ended.
    isReady: () => running.ended.isKnown,
    stop: (graceMs) => stop(running, graceMs),
  };
}

function openParts({ config, secrets, log, metrics, time }: ServiceParts<Config, Secrets>): Parts {
  const now = (): UnixSeconds => time.utcS() as UnixSeconds;
  const monotonicMs = (): number => time.monotonicMs();
  const keyRing = secrets.keyRing(config.keyRing);
  const databaseKey = secrets.readKey("database-key");
  const store = openStore({ path: config.database, databaseKey, keyRing, now, monotonicMs });
  return { config, secrets, store, log, metrics, time, now, monotonicMs };
}

async function run(parts: Parts): Promise<Running> {
  const { metrics, store, time } = parts;
  const made = make(parts);
  const { auth, ended, live, requests, report, addresses } = made;
  const erasures = makeErasures(parts, auth, report);
  const listening = await listenFor(parts, makeApp(parts, made, erasures).fetch, addresses);
  measure(metrics, { requests, live, listening });
  const stopping = new AbortController();
  const following = Promise.all([
    followEndedSessions({ auth, ended, time, report }, stopping.signal),
    followErasures(erasures, time, stopping.signal),
  ]);
  const cancelSummary = time.every(SUMMARY_EVERY_MS, () => requests.summarise());
  return { listening, store, live, auth, ended, requests, stopping, following, cancelSummary };
}

function make(parts: Parts): Made {
  const { config, log, metrics, monotonicMs, now, secrets, time } = parts;
  const ended = new EndedSessions(now);
  const report = createAuthReport(log, metrics, monotonicMs);
  const auth = new AuthService({
    url: config.auth.url,
    authority: readFileSync(config.auth.authority),
    certificate: readFileSync(config.auth.certificate),
    key: secrets.read("tls-key.pem"),
    ended,
    time,
    report,
  });
  const addresses = new ClientAddresses(config.trustedProxies);
  return { auth, ended, live: makeLive(parts, ended), requests: new RequestLog(log), addresses, report };
}

function listenFor(
  { config, secrets, log, metrics, time, monotonicMs }: Parts,
  fetch: Fetch,
  addresses: ClientAddresses,
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
    onRefused: logRefused(log, metrics, monotonicMs),
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
  running.auth.close();
  await running.following;
  running.requests.summarise();
  await running.store.close();
}
