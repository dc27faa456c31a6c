import { readFileSync } from "node:fs";
import { keysRoute } from "@purrimeter/auth-api/internal";
import { errorCode } from "@purrimeter/service/log";
import type { Alarms } from "@purrimeter/service/alarm-engine";
import type { Log } from "@purrimeter/service/log";
import type { Metrics } from "@purrimeter/service/metrics";
import type { Time } from "@purrimeter/service/time";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { MAX_ADDRESS_REPORTS } from "@purrimeter/store/finder-reports";
import type { StoreEvent } from "@purrimeter/store/store-event";
import type { Store } from "@purrimeter/store/open-store";
import type { KeyRing } from "@purrimeter/secrets/key-ring";
import { Destinations } from "@purrimeter/notifier/destinations";
import { NotifierClient } from "@purrimeter/notifier/notifier-client";
import type { Secrets } from "@purrimeter/secrets/open-secrets";
import { ClientAddresses } from "@purrimeter/service/client-address";
import { sleep } from "@purrimeter/service/sleep";
import { RateLimiter } from "@purrimeter/service/rate-limiter";
import { AccessTokens } from "./edge/access-tokens.ts";
import { createApp } from "./app.ts";
import type { AppType } from "./app.ts";
import type { AlertParts } from "./alerts/alert-parts.ts";
import { logActs } from "./edge/act-log.ts";
import { createAuthReport } from "./edge/auth-report.ts";
import type { AuthReport } from "./edge/auth-report.ts";
import { AuthService } from "./edge/auth-service.ts";
import { certificateHosts } from "./edge/certificate-hosts.ts";
import type { Config } from "./config.ts";
import type { Dependencies } from "./dependencies.ts";
import { CommandRates } from "./commands/command-rates.ts";
import { Cursors } from "./lists/cursors.ts";
import { EndedSessions } from "./edge/ended-sessions.ts";
import { OwnerDataErasure } from "./accounts/owner-data-erasure.ts";
import { ArchiveJobs } from "./export/archive-jobs.ts";
import { KeySet } from "./edge/key-set.ts";
import { LiveStreams } from "./live/live-streams.ts";
import { logFailure } from "./edge/log-failure.ts";
import { RequestLog } from "@purrimeter/service/request-log";

/** What the parts of the service are made from. */
export interface Parts {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly store: Store;
  readonly keyRing: KeyRing;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly alarms: Alarms;
  /** `tell` is told of what the store records, once there is somebody who can be told. */
  readonly owners: { tell?: (event: StoreEvent) => void };
  readonly time: Time;
  readonly now: () => UnixSeconds;
  readonly monotonicMs: () => number;
}

/** What finders read and write: an hour's patience for who tries codes, room for who stands in the rain. */
const FOUND_RATE = { burst: 20, perSecond: 1 / 60 };

/** Files of locations: all tags of a household at once, and one every six minutes after that. */
const EXPORT_RATE = { burst: 20, perSecond: 1 / 360 };

/** Changes to channels: all of them at once, and one every three minutes after that. */
const CHANNEL_RATE = { burst: 40, perSecond: 1 / 180 };

/** Alerts that are put off: all of an evening at once, and one a minute after that. */
const SNOOZE_RATE = { burst: 60, perSecond: 1 / 60 };

/** Codes to one endpoint, whoever asks for them: nobody's mailbox is filled by people who say that it is theirs. */
const ENDPOINT_RATE = { burst: 5, perSecond: 1 / 3_600 };

/** Of these, what one address writes of one tag: as much as is kept of it, and one more a day. */
export const FOUND_TAG_RATE = { burst: MAX_ADDRESS_REPORTS, perSecond: 1 / 86_400 };

function makeLive({ config, store, time, now, monotonicMs, log }: Parts, ended: EndedSessions): LiveStreams {
  return new LiveStreams({
    arrivals: store.arrivals,
    maxStreams: config.maxLiveStreams,
    pause: () => sleep(time, 0),
    ended,
    now,
    monotonicMs,
    every: (periodMs, work) => time.every(periodMs, work),
    onFailure: (error) => log.error("live stream failed", { code: errorCode(error) }),
  });
}

function makeArchives({ now, log }: Parts): ArchiveJobs {
  return new ArchiveJobs({
    now,
    onFailure: (error) =>
      log.error("an archive was not made", { event: "export.failed", code: errorCode(error) }),
  });
}

/** Calls the notifier as the API; undefined where there is none. */
function makeNotifier({ config, secrets, time }: Parts): NotifierClient | undefined {
  if (config.notifier === undefined) return undefined;
  const { authority, certificate } = config.auth;
  return new NotifierClient({
    url: config.notifier.url,
    authority: readFileSync(authority),
    identity: { certificate: readFileSync(certificate), key: secrets.read("tls-key.pem") },
    time,
  });
}

function makeAlerts({ config, monotonicMs }: Parts, notifier: NotifierClient | undefined): AlertParts {
  return {
    channelRates: new RateLimiter(CHANNEL_RATE, monotonicMs),
    snoozeRates: new RateLimiter(SNOOZE_RATE, monotonicMs),
    endpointRates: new RateLimiter(ENDPOINT_RATE, monotonicMs),
    destinations: new Destinations(config.allowedNetworks),
    pushKey: () => notifier?.pushKey() ?? Promise.resolve(undefined),
  };
}

/** What erases the data of closed accounts. */
export function makeErasures({ store, log }: Parts, auth: AuthService, report: AuthReport): OwnerDataErasure {
  return new OwnerDataErasure({
    forOwner: (owner) => store.forOwner(owner),
    auth,
    report,
    onFailure: (error) =>
      log.error("a closed account is not erased yet", { event: "erasure.left-over", code: errorCode(error) }),
  });
}

/** What is made from the parts and used by several others. */
export interface Made {
  readonly auth: AuthService;
  /** undefined where there is none. */
  readonly notifier: NotifierClient | undefined;
  readonly ended: EndedSessions;
  readonly live: LiveStreams;
  readonly archives: ArchiveJobs;
  readonly requests: RequestLog;
  readonly addresses: ClientAddresses;
  readonly report: AuthReport;
}

/** The whole API over its parts. */
export function makeApp(
  parts: Parts,
  made: Made,
  { erasures, readiness }: Pick<Dependencies, "erasures" | "readiness">,
): AppType {
  const { config, log, now, monotonicMs } = parts;
  const { archives, auth, ended, live, requests, addresses, report } = made;
  const { issuer, audience } = config;
  const keys = new KeySet(() => auth.call({ method: "GET", path: keysRoute.path }), monotonicMs, report);
  return createApp({
    forOwner: (owner) => parts.store.forOwner(owner),
    forViewer: (viewer) => parts.store.forViewer(viewer),
    finderReports: parts.store.finderReports,
    registry: parts.store.registry,
    retentionBounds: config.retention,
    retention: parts.store.retention,
    trail: parts.store.trail,
    live,
    archives,
    erasures,
    readiness,
    auth,
    tokens: new AccessTokens({ issuer, audience, keys, ended, now }),
    cursors: new Cursors(parts.secrets.readKey("cursor-key")),
    addresses,
    ownerRates: new RateLimiter(config.rates.owner, monotonicMs),
    addressRates: new RateLimiter(config.rates.address, monotonicMs),
    exportRates: new RateLimiter(EXPORT_RATE, monotonicMs),
    alerts: makeAlerts(parts, made.notifier),
    commandRates: new CommandRates(monotonicMs),
    backupKeptDays: config.backupKeptDays,
    hosts: new Set([...certificateHosts(readFileSync(config.tls.certificate)), ...config.hosts]),
    origins: config.origins,
    securityContact: config.securityContact,
    finderRates: new RateLimiter(FOUND_RATE, monotonicMs),
    finderTagRates: new RateLimiter(FOUND_TAG_RATE, monotonicMs),
    alarms: parts.alarms,
    now,
    monotonicMs,
    logRequest: (line) => requests.record(line),
    logAct: logActs(log, monotonicMs),
    logFailure: logFailure(log),
  });
}

/** Makes them. */
export function makeParts(parts: Parts): Made {
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
  return {
    auth,
    notifier: makeNotifier(parts),
    ended,
    live: makeLive(parts, ended),
    archives: makeArchives(parts),
    requests: new RequestLog(log, monotonicMs),
    addresses,
    report,
  };
}
