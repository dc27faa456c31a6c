import { readFileSync } from "node:fs";
import { errorCode } from "@purrimeter/service/log";
import type { Log } from "@purrimeter/service/log";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import type { Store } from "@purrimeter/store/open-store";
import type { SecretSource } from "@purrimeter/secrets/secret-source";
import { AccessTokens } from "./edge/access-tokens.ts";
import { createApp } from "./app.ts";
import { AuthService } from "./edge/auth-service.ts";
import { certificateHosts } from "./edge/certificate-hosts.ts";
import { ClientAddresses } from "./edge/client-address.ts";
import type { Config } from "./config.ts";
import { Cursors } from "./lists/cursors.ts";
import { EndedSessions } from "./edge/ended-sessions.ts";
import { OwnerDataErasure } from "./accounts/owner-data-erasure.ts";
import { followEndedSessions } from "./edge/follow-ended-sessions.ts";
import { followErasures } from "./accounts/follow-erasures.ts";
import { KeySet } from "./edge/key-set.ts";
import { listen } from "./edge/listen.ts";
import { LiveStreams } from "./live/live-streams.ts";
import { logFailure } from "./edge/log-failure.ts";
import { RateLimiter } from "./edge/rate-limiter.ts";
import { RequestLog } from "./edge/request-log.ts";

const SUMMARY_EVERY_MS = 60_000;

/** What the service is made from. */
export interface ServiceParts {
  readonly config: Config;
  readonly secrets: SecretSource;
  readonly store: Pick<Store, "forOwner" | "forViewer" | "finderReports" | "registry" | "changeCount">;
  readonly log: Log;
  readonly now: () => UnixSeconds;
  readonly monotonicMs: () => number;
}

/** A service that listens. */
export interface Service {
  readonly port: number;
  /** Lets requests under way end for `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

/** What finders read and write: an hour's patience for who tries codes, room for who stands in the rain. */
const FOUND_RATE = { burst: 20, perSecond: 1 / 60 };

function makeLive({ store, now, monotonicMs, log }: ServiceParts, ended: EndedSessions): LiveStreams {
  return new LiveStreams({
    changeCount: () => store.changeCount(),
    ended,
    now,
    monotonicMs,
    every: (periodMs, work) => {
      const timer = setInterval(work, periodMs);
      return () => clearInterval(timer);
    },
    onFailure: (error) => log.error("live stream failed", { code: errorCode(error) }),
  });
}

function makeErasures({ store, log }: ServiceParts, auth: AuthService): OwnerDataErasure {
  return new OwnerDataErasure({
    forOwner: (owner) => store.forOwner(owner),
    auth,
    onFailure: (error) =>
      log.error("a closed account is not erased yet", { event: "erasure.left-over", code: errorCode(error) }),
  });
}

function makeApp(
  parts: ServiceParts,
  auth: AuthService,
  ended: EndedSessions,
  live: LiveStreams,
  erasures: OwnerDataErasure,
  requests: RequestLog,
) {
  const { config, log, now, monotonicMs } = parts;
  const { issuer, audience } = config;
  const keys = new KeySet(() => auth.call({ method: "GET", path: "/.well-known/jwks.json" }), monotonicMs);
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
    addresses: new ClientAddresses(config.trustedProxies),
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

/** Wires the service and starts to listen. Rejects when it cannot. */
export async function startService(parts: ServiceParts): Promise<Service> {
  const { config, secrets, now } = parts;
  const key = secrets.read("tls-key.pem");
  const ended = new EndedSessions(now);
  const { url } = config.auth;
  const authority = readFileSync(config.auth.authority);
  const certificate = readFileSync(config.auth.certificate);
  const auth = new AuthService({ url, authority, certificate, key, ended, nowS: now });
  const requests = new RequestLog(parts.log);
  const live = makeLive(parts, ended);
  const erasures = makeErasures(parts, auth);
  const app = makeApp(parts, auth, ended, live, erasures, requests);
  const { host, port, tls } = config;
  const server = await listen(app.fetch, {
    host,
    port,
    certificate: readFileSync(tls.certificate),
    key: tls.key === undefined ? key : readFileSync(tls.key),
  });
  const stopping = new AbortController();
  const following = followEndedSessions(auth, ended, stopping.signal);
  const erasing = followErasures(erasures, stopping.signal);
  const summary = setInterval(() => requests.summarise(), SUMMARY_EVERY_MS);
  return {
    port: server.port,
    stop: async (graceMs) => {
      clearInterval(summary);
      stopping.abort();
      live.close();
      await server.close(graceMs);
      auth.close();
      await Promise.all([following, erasing]);
      requests.summarise();
    },
  };
}
