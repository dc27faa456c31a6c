import type { OpenedSource } from "@purrimeter/secrets/open-source";
import { certificateCheck } from "@purrimeter/service/certificate-check";
import { diskCheck } from "@purrimeter/service/disk-check";
import { INTERNAL_HTTP_LIMITS } from "@purrimeter/service/http-limits";
import { listen, type Listening } from "@purrimeter/service/listen";
import { logRefused, type RefusedLog } from "@purrimeter/service/log-refused";
import type { ReadinessCheck } from "@purrimeter/service/readiness";
import { RequestLog, SUMMARY_EVERY_MS } from "@purrimeter/service/request-log";
import { SECURITY_HEADERS } from "@purrimeter/service/security-headers";
import type { RunningService, ServiceParts } from "@purrimeter/service/service-definition";
import { watchHealth } from "@purrimeter/service/watch-health";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { CALLERS } from "./attempt.ts";
import { logAttempts } from "./attempts/attempt-log.ts";
import { Attempts } from "./attempts/attempts.ts";
import type { Channels } from "./channels/channel.ts";
import { emailChannel } from "./channels/email.ts";
import { ntfyChannel } from "./channels/ntfy.ts";
import { pushChannel } from "./channels/push.ts";
import { webhookChannel } from "./channels/webhook.ts";
import type { Config } from "./config.ts";
import { createApp } from "./http/create-app.ts";
import { openMailer } from "./mail/open-mailer.ts";
import { Destinations } from "./outgoing/destinations.ts";
import { createPost, trustedBy } from "./outgoing/post.ts";
import { Vapid } from "./push/vapid.ts";

type Parts = ServiceParts<Config, OpenedSource>;

/** Listens for the services that have something to tell. Keeps nothing. */
export async function startNotifier(parts: Parts): Promise<RunningService> {
  const { config, secrets, log, metrics, time } = parts;
  const monotonicMs = (): number => time.monotonicMs();
  const vapid = new Vapid(secrets.read("vapid-key.pem"), config.push.subject);
  const told = logAttempts(log, monotonicMs);
  const attempts = new Attempts({ channels: channelsOf(parts, vapid), metrics, onResult: told, time });
  const requests = new RequestLog(log, monotonicMs);
  const refused = logRefused(log, metrics, monotonicMs);
  const app = createApp({ attempts, pushKey: vapid.publicKey, log, requests, time });
  const listening = await listenFor(parts, app.fetch, refused);
  const certificate = readFileSync(config.tls.certificate);
  const cancelHealth = watchHealth({ ...parts, certificate, folder: writtenFolder(config) });
  const logs = [told, requests, refused];
  const summarise = (): void => logs.forEach((one) => one.summarise());
  const cancelSums = time.every(SUMMARY_EVERY_MS, summarise, { background: true });
  return {
    ready: { port: listening.port },
    checks: checksOf(parts, certificate),
    stop: async (graceMs) => {
      cancelHealth();
      cancelSums();
      await listening.close(graceMs);
      attempts.close();
      summarise();
    },
  };
}

function channelsOf({ config, secrets, time }: Parts, vapid: Vapid): Channels {
  const nowS = (): number => time.utcS();
  const authority = config.authority === undefined ? undefined : readFileSync(config.authority, "utf8");
  const destinations = new Destinations(config.allowedNetworks);
  const post = createPost({ destinations, trusted: trustedBy(authority) });
  return {
    email: emailChannel(openMailer(config.mail, { secrets, time })),
    webhook: webhookChannel(post, nowS),
    push: pushChannel({ post, vapid, navigate: config.push.navigate, nowS }),
    ntfy: ntfyChannel(post, nowS),
  };
}

/** The only thing that is written is mail where there is no mail server. */
function writtenFolder({ mail, tls }: Config): string {
  return dirname(mail !== undefined && "folder" in mail ? mail.folder : tls.certificate);
}

function checksOf({ config, time }: Parts, certificate: Buffer): readonly ReadinessCheck[] {
  return [certificateCheck(certificate, time), diskCheck(writtenFolder(config))];
}

function listenFor(
  { config, secrets, time }: Parts,
  fetch: Parameters<typeof listen>[0],
  onRefused: RefusedLog,
): Promise<Listening> {
  return listen(fetch, {
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
