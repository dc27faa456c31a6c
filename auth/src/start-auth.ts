import { ClockTable } from "@purrimeter/database/clock-table";
import { openDatabase, type Database } from "@purrimeter/database/open-database";
import { checkPages } from "@purrimeter/database/page-check";
import { watchClock } from "@purrimeter/service/watch-clock";
import type { Secrets } from "@purrimeter/secrets/open-secrets";
import { checkpointFileOf } from "@purrimeter/audit/checkpoint-file";
import { watchTrail } from "@purrimeter/audit/watch-trail";
import { watchHealth } from "@purrimeter/service/watch-health";
import { certificateCheck } from "@purrimeter/service/certificate-check";
import { diskCheck } from "@purrimeter/service/disk-check";
import { INTERNAL_HTTP_LIMITS } from "@purrimeter/service/http-limits";
import { listen } from "@purrimeter/service/listen";
import type { Listening } from "@purrimeter/service/listen";
import { logRefused, type RefusedLog } from "@purrimeter/service/log-refused";
import type { ReadinessCheck } from "@purrimeter/service/readiness";
import { RequestLog, SUMMARY_EVERY_MS } from "@purrimeter/service/request-log";
import { storeCheck } from "@purrimeter/service/store-check";
import type { RunningService, ServiceParts } from "@purrimeter/service/service-definition";
import { SECURITY_HEADERS } from "@purrimeter/service/security-headers";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { CALLERS } from "@purrimeter/auth-api/internal";
import type { AuthService } from "./auth-service.ts";
import { openAlarmDelivery } from "./alarms/open-alarm-delivery.ts";
import type { Config } from "./config.ts";
import { createService } from "./create-service.ts";
import { sweepUnverified } from "./erasure/sweep-unverified.ts";
import { createApp } from "./http/create-app.ts";
import type { Mailer } from "./mail/mailer.ts";
import { openMailer } from "./mail/open-mailer.ts";
import { DEFAULT_COST } from "./password/password-hasher.ts";
import { AUTH_MIGRATIONS } from "./schema.ts";
import { cutFutureTimes } from "./retention/cut-future-times.ts";
import { deleteExpired } from "./retention/delete-expired.ts";
import { readSigningKeys } from "./signing-keys/read-signing-keys.ts";

const EXPIRY_INTERVAL_MS = 86_400_000;

/** How long something may seem to be in the future once the clock is right. */
const FUTURE_LOOK_MS = 300_000;

type Parts = ServiceParts<Config, Secrets>;

/** Opens the accounts and listens for cloud-api and alerts. */
export async function startAuth(parts: Parts): Promise<RunningService> {
  const { secrets, log } = parts;
  const { config, metrics, time } = parts;
  const databaseKey = secrets.readKey("database-key");
  const { database: path, databaseMustExist: mustExist, installation } = config;
  const options = { path, key: databaseKey, migrations: AUTH_MIGRATIONS, mustExist, installation };
  const database = openDatabase(options);
  const record = new ClockTable(database);
  const clock = await watchClock({ time, log, metrics, record });
  const isClockTrusted = (): boolean => clock.trust.isTrusted();
  const { mailer, close: closeMailer } = openMailer(parts);
  const service = await openService(parts, { database, mailer }, isClockTrusted);
  const expire = (): void => void deleteExpired({ ...service, clock: record, isClockTrusted, log });
  expire();
  const cancelExpiry = time.every(EXPIRY_INTERVAL_MS, expire);
  const cut = (): void =>
    void cutFutureTimes({ database: service.database, isClockTrusted, now: service.now, log });
  cut();
  const cancelCuts = time.every(FUTURE_LOOK_MS, cut, { background: true });
  const requests = measuredRequests(parts);
  measureHashes(parts, service);
  const refused = logRefused(log, metrics, () => time.monotonicMs());
  const listening = await listenFor(parts, service, requests, refused);
  const pages = checkPages({ path, key: databaseKey, log, time });
  const summarise = (): void => {
    refused.summarise();
    requests.summarise();
    service.audit.endPastHours();
  };
  const cancelSums = time.every(SUMMARY_EVERY_MS, summarise, { background: true });
  service.audit.record({ event: "service.started", session: `auth ${parts.version}` });
  service.trail.signer.grown();
  const watching = watch(parts, service, isClockTrusted);
  const cancelSweep = sweepUnverified({ ...service, isClockTrusted, log, time }, config.unverifiedDays);
  return {
    ready: { port: listening.port },
    checks: [...checksOf(parts, service), pages.check, clock.check, clock.commits],
    reload: async () => {
      await secrets.reload();
      await service.tokens.replaceKeys(readSigningKeys(secrets));
      log.info("signing keys read again", { event: "keys.read", count: service.tokens.jwks.keys.length });
    },
    stop: async (graceMs) => {
      cancelSweep();
      cancelCuts();
      cancelSums();
      cancelExpiry();
      pages.stop();
      await clock.close();
      await stop(service, listening, watching, graceMs);
      closeMailer();
      summarise();
    },
  };
}

function checksOf({ config, time }: Parts, { database }: AuthService): readonly ReadinessCheck[] {
  return [
    storeCheck(() => database.selectFrom("account").select("id").limit(1).execute()),
    diskCheck(dirname(config.database)),
    certificateCheck(readFileSync(config.tls.certificate), time),
  ];
}

function openService(
  { config, secrets, log, time, alarms }: Parts,
  opened: { readonly database: Database; readonly mailer: Mailer },
  isClockTrusted: () => boolean,
): Promise<AuthService> {
  const databaseKey = secrets.readKey("database-key");
  return createService({
    ...opened,
    databaseKey,
    auditKey: secrets.readKey("audit-key"),
    isClockTrusted,
    ...readSigningKeys(secrets),
    issuer: config.issuer,
    audience: config.audience,
    cost: DEFAULT_COST,
    relyingParty: config.passkeys,
    linkBase: config.mail?.linkBase ?? "",
    log,
    time,
    alarms,
  });
}

/** The log of requests, whose answers are counted. */
function measuredRequests({ log, metrics, time }: Parts): RequestLog {
  const requests = new RequestLog(log, () => time.monotonicMs());
  metrics.countsOf({ name: "answers_total", help: "Answers by status.", labels: ["status"] }, () =>
    requests.answers(),
  );
  return requests;
}

/** A flood of logins shows here first: hashes take most of the memory and the time of this service. */
function measureHashes({ metrics }: Parts, { hasher }: AuthService): void {
  const measure = {
    name: "password_hash_bytes_total",
    help: "Memory that password hashes filled, each pass counted.",
  };
  metrics.countsOf(measure, () => [{ labels: {}, count: hasher.workKiB * 1_024 }]);
}

function listenFor(
  { config, secrets, time }: Parts,
  service: AuthService,
  requests: RequestLog,
  onRefused: RefusedLog,
): Promise<Listening> {
  return listen(createApp(service, () => time.monotonicMs(), requests).fetch, {
    host: config.host,
    port: config.port,
    certificate: readFileSync(config.tls.certificate),
    key: secrets.read("tls-key.pem"),
    client: { authority: readFileSync(config.tls.authority), name: CALLERS },
    limits: INTERNAL_HTTP_LIMITS,
    headers: SECURITY_HEADERS,
    time,
    onRefused,
  });
}

/** What looks for faults in the background, and tells operators of all alarms. */
function watch(parts: Parts, service: AuthService, isClockTrusted: () => boolean): Watching {
  const { config } = parts;
  const { trail, auditKeys: keys } = service.trail;
  const certificate = readFileSync(config.tls.certificate);
  const cancels = [
    watchHealth({ ...parts, certificate, folder: dirname(config.database) }),
    watchTrail({ ...parts, trail, keys, path: checkpointFileOf(config.database) }),
  ];
  const delivery = openAlarmDelivery({ ...parts, service, isClockTrusted });
  return {
    close: () => {
      for (const cancel of cancels) cancel();
      return delivery.close();
    },
  };
}

/** Ends before the mail queue and the trail. */
interface Watching {
  close(): Promise<void>;
}

async function stop(
  service: AuthService,
  listening: Listening,
  watching: Watching,
  graceMs: number,
): Promise<void> {
  const closed = listening.close(graceMs);
  // Answers the cloud-apis that wait for a session to end.
  service.endings.stop();
  await closed;
  await watching.close();
  await service.mailQueue.flush();
  await service.audit.close();
  await service.database.destroy();
}
