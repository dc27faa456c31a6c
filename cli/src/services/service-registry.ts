import type { configSchema as authSchema } from "@purrimeter/auth/config";
import type { bridgeConfigSchema } from "@purrimeter/bridge/bridge-config";
import type { configSchema as cloudApiSchema } from "@purrimeter/cloud-api/config";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { z } from "zod";
import { databaseOf } from "../data-folder/lost-files.ts";
import { OPERATOR } from "../data-folder/operator.ts";
import {
  AUDIT_KEY,
  KEY_RING_KEY,
  LOCATIONS_KEY,
  randomKey,
  signingKey,
} from "../data-folder/secret-specs.ts";
import { checkApiCertificate } from "./check-api-certificate.ts";
import { ALERTS } from "./alerts-entry.ts";
import { alarmsConfig } from "./alarms-config.ts";
import { checkWebhook } from "./check-webhook.ts";
import { hostsOf } from "./hosts-of.ts";
import { NOTIFIER } from "./notifier-entry.ts";
import { retentionBounds } from "./retention-bounds.ts";
import { publicOrigin, relyingParty } from "./public-origin.ts";
import { urlOn } from "./url-on.ts";
import type { ServiceEntry, ServiceRegistry } from "./service-entry.ts";

/** A service's configuration without what every service has. */
type Own<Schema extends z.ZodType> = Omit<
  z.input<Schema>,
  "alarmSpool" | "host" | "port" | "secrets" | "metrics"
>;

/** Issuer and audience of the tokens; both ends are ours. */
const TOKENS = { issuer: "https://purrimeter.local/auth", audience: "purrimeter" } as const;

/** Accounts and tokens. Only the cloud API calls it, so it listens on this machine only. */
const AUTH: ServiceEntry = {
  name: "auth",
  main: mainOf("@purrimeter/auth/main"),
  after: ["notifier"],
  callsServices: true,
  secrets: [
    { name: "database-key", make: randomKey },
    { name: "signing-key.pem", make: signingKey },
    AUDIT_KEY,
  ],
  usesOwnerKeys: false,
  nurseryMib: 2,
  listen: () => ({ host: "127.0.0.1", port: 0 }),
  configure: ({ files, settings, portOf }): Own<typeof authSchema> => ({
    database: files.accounts,
    ...databaseOf(files, "accounts.db"),
    tls: { certificate: files.serviceChain("auth"), authority: files.authority.branches.services.anchor },
    ...TOKENS,
    passkeys: relyingParty(settings),
    mail: { notifier: `https://localhost:${portOf("notifier")}`, linkBase: `${publicOrigin(settings)}/` },
    unverifiedDays: settings.accounts.unverifiedDays,
    alarms: alarmsConfig({ files, settings }),
  }),
  check: checkWebhook,
};

/** What owners connect to. */
const CLOUD_API: ServiceEntry = {
  name: "cloud-api",
  main: mainOf("@purrimeter/cloud-api/main"),
  after: ["auth", "bridge", "notifier"],
  callsServices: true,
  secrets: [LOCATIONS_KEY, KEY_RING_KEY, AUDIT_KEY, { name: "cursor-key", make: randomKey }],
  usesOwnerKeys: true,
  nurseryMib: 2,
  listen: ({ api: { host, port } }) => ({ host, port }),
  configure: ({ files, settings, portOf, readinessOf }): Own<typeof cloudApiSchema> => {
    const { certificate, key, origins, securityContact, trustedProxies, rates, ...connections } =
      settings.api;
    const { maxConnections, maxConnectionsPerAddress, acceptsPerAddress, maxLiveStreams } = connections;
    const own = files.serviceChain("cloud-api");
    const tls =
      certificate === undefined ? { certificate: own } : { certificate: resolve(files.folder, certificate) };
    return {
      database: files.locations,
      ...databaseOf(files, "locations.db"),
      keyRing: files.keyRing,
      erasureList: files.erasures,
      tls: key === undefined ? tls : { ...tls, key: resolve(files.folder, key) },
      auth: {
        url: `https://localhost:${portOf("auth")}`,
        certificate: own,
        authority: files.authority.branches.services.anchor,
      },
      notifier: { url: `https://localhost:${portOf("notifier")}` },
      allowedNetworks: settings.alerts.allowedNetworks,
      peers: ["auth", "bridge"].map((name) => ({ name, url: readinessOf(name) })),
      commits: [readinessOf("bridge")],
      maxLiveStreams,
      ...TOKENS,
      origins,
      backupKeptDays: settings.backupKeptDays,
      ...(securityContact !== undefined && { securityContact }),
      hosts: hostsOf(settings),
      trustedProxies,
      retention: retentionBounds(settings),
      rates,
      connections: { maxConnections, maxConnectionsPerAddress, acceptsPerAddress },
    };
  },
  check: checkApiCertificate,
  announce: ({ api: { host } }, port) => [
    { key: "api", label: "API", url: urlOn("https", host, port), isMain: true, note: "/v1/openapi.json" },
  ],
};

/** What tags connect to. It decodes tens of thousands of fixes a second, the others answer requests. */
const BRIDGE: ServiceEntry = {
  name: "bridge",
  main: mainOf("@purrimeter/bridge/main"),
  after: [],
  callsServices: false,
  secrets: [LOCATIONS_KEY, KEY_RING_KEY, AUDIT_KEY],
  usesOwnerKeys: true,
  nurseryMib: 8,
  listen: ({ bridge: { host, port } }) => ({ host, port }),
  configure: ({ files, settings }): Own<typeof bridgeConfigSchema> => {
    const { anchor, revoked } = files.authority.branches.tags;
    const { tls12, verification, trustedProxies, ...limits } = settings.bridge;
    const { maxConnections, maxConnectionsPerAddress, acceptsPerAddress } = limits;
    const { sessionsPerCertificate: sessions, quotas } = limits;
    return {
      database: files.locations,
      ...databaseOf(files, "locations.db"),
      keyRing: files.keyRing,
      tls: { certificate: files.serviceChain("bridge"), clientAuthority: anchor, revoked },
      ...(tls12 && { tls12 }),
      retention: retentionBounds(settings),
      ...{ maxConnections, maxConnectionsPerAddress, acceptsPerAddress },
      sessionsPerCertificate: { burst: sessions.burst, perSecond: sessions.perMinute / 60 },
      quotas: { entries: bucketOf(quotas.entries), rows: bucketOf(quotas.rows) },
      trustedProxies,
      verification,
    };
  },
  announce: ({ bridge: { host, tls12 } }, port) => [
    { key: "mqtt", label: "tags", url: urlOn("mqtts", host, port), isMain: true },
    ...(tls12 === undefined ? [] : [tls12Announcement(host, tls12.port)]),
  ],
};

function bucketOf({ burst, perDay }: { readonly burst: number; readonly perDay: number }) {
  return { burst, perSecond: perDay / 86_400 };
}

function tls12Announcement(host: string, port: number) {
  const note = "  warning: weaker than TLS 1.3, only for boards that know no better";
  return { key: "mqttTls12", label: "TLS 1.2", url: urlOn("mqtts", host, port), note };
}

function mainOf(module: string): string {
  return fileURLToPath(import.meta.resolve(module));
}

/** The processes that `start` runs. To add one, add its entry. */
export const REGISTRY: ServiceRegistry = {
  services: [AUTH, CLOUD_API, BRIDGE, NOTIFIER, ALERTS],
  operator: OPERATOR,
};

/** Names of all services. */
export const SERVICE_NAMES: readonly string[] = REGISTRY.services.map(({ name }) => name);
