import { MAX_REPORT_ENTRIES } from "@purrimeter/protocol/limits";
import { PUBLIC_HTTP_LIMITS } from "@purrimeter/service/http-limits";
import { z } from "zod";
import {
  addressBlock,
  anyPort,
  contact,
  decimal,
  fixedPort,
  flag,
  host,
  hostName,
  line,
  list,
  mailAddress,
  network,
  pageOrigin,
  path,
  publicOrigin,
  section,
  webhookUrl,
  whole,
} from "./setting-types.ts";

/** Of the owners' API. */
export const DEFAULT_API_PORT = 8_443;

/** Boards whose TLS ends at 1.2 are few. */
export const DEFAULT_TLS12_CONNECTIONS = 1_000;

const MAX_CONNECTIONS = 1_000_000;
const MAX_RATE = 1_000_000;
const MAX_QUOTA = 1_000_000_000;

/** Rows of a report at most: each entry a transition on a day of its own. */
const MAX_REPORT_ROWS = 3 * MAX_REPORT_ENTRIES;

/** A bucket of requests: so many at once, and so many a second from then on. */
function rate(burst: number, perSecond: number) {
  return section({
    burst: whole(1, MAX_RATE).default(burst),
    perSecond: decimal(0.001, MAX_RATE).default(perSecond),
  }).prefault({});
}

/** What one tag may have stored: so much at once, and so much a day from then on. `least`: what its largest report takes. */
function quota(amount: number, least: number) {
  return section({
    burst: whole(least, MAX_QUOTA).default(amount),
    perDay: whole(1, MAX_QUOTA).default(amount),
  }).prefault({});
}

/** Days for which an owner may have locations kept at most. */
const MOST_RETENTION_DAYS = 365;

const smtp = section({
  host: line(253),
  port: fixedPort.default(587),
  /** With a user, the password is the secret `smtp-password` of the service notifier. */
  user: line(256).optional(),
  /** "implicit" on port 465 and "starttls" on others, unless given. Without TLS no mail is sent. */
  tls: z.enum(["implicit", "starttls"], 'must be "implicit" or "starttls"').optional(),
  /** Whose certificate the server has, PEM; the system's authorities unless given. */
  authority: path.optional(),
});

const mail = section({
  /** The From header; "Purrimeter <no-reply@HOST>" unless given. */
  from: line(256).optional(),
  /** Where each message becomes a file; DIR/secrets/mail unless given. */
  folder: path.optional(),
  smtp: smtp.optional(),
});

const api = section({
  host: host.default("127.0.0.1"),
  port: anyPort.default(DEFAULT_API_PORT),
  /** PEM, leaf first; of our own authority unless given. */
  certificate: path.optional(),
  key: path.optional(),
  origins: list(pageOrigin, 32).default([]),
  /** Told in /.well-known/security.txt, which is not there without it. */
  securityContact: contact.optional(),
  trustedProxies: list(addressBlock, 64).default([]),
  rates: section({ owner: rate(1_000, 100), address: rate(2_000, 200) }).prefault({}),
  maxConnections: whole(1, MAX_CONNECTIONS).default(PUBLIC_HTTP_LIMITS.maxConnections),
  maxConnectionsPerAddress: whole(1, MAX_CONNECTIONS).default(PUBLIC_HTTP_LIMITS.maxConnectionsPerAddress),
  maxLiveStreams: whole(1, 100_000).default(2_000),
  acceptsPerAddress: rate(
    PUBLIC_HTTP_LIMITS.acceptsPerAddress.burst,
    PUBLIC_HTTP_LIMITS.acceptsPerAddress.perSecond,
  ),
});

const bridge = section({
  host: host.default("127.0.0.1"),
  port: anyPort.default(8_883),
  maxConnections: whole(1, MAX_CONNECTIONS).default(10_000),
  maxConnectionsPerAddress: whole(1, MAX_CONNECTIONS).default(1_000),
  acceptsPerAddress: rate(1_000, 100),
  sessionsPerCertificate: section({
    burst: whole(1, MAX_RATE).default(20),
    perMinute: decimal(0.001, MAX_RATE).default(4),
  }).prefault({}),
  quotas: section({
    entries: quota(120_000, MAX_REPORT_ENTRIES),
    rows: quota(30_000, MAX_REPORT_ROWS),
  }).prefault({}),
  trustedProxies: list(addressBlock, 64).default([]),
  verification: flag().default(true),
  tls12: section({
    port: fixedPort,
    maxConnections: whole(1, MAX_CONNECTIONS).default(DEFAULT_TLS12_CONNECTIONS),
  }).optional(),
});

const accounts = section({
  /** Days until an account ends whose mail address nobody has verified. */
  unverifiedDays: whole(1, 3_650).default(7),
});

const alarms = section({
  mailTo: list(mailAddress, 8).default([]),
  webhook: section({
    url: webhookUrl,
    /** Whose certificate the server has, PEM; the system's authorities unless given. */
    authority: path.optional(),
    /** Whether its address may be of this machine or of a private network. */
    allowPrivate: flag().default(false),
  }).optional(),
  digest: flag().default(true),
  /** 0: it does not matter when the last backup was. */
  backupDays: whole(0, 3_650).default(7),
});

const alerts = section({
  /** Networks besides the public one that owners' webhooks, pushes and ntfy messages may go to. */
  allowedNetworks: list(network, 32).default([]),
  /** Whose certificates owners' endpoints may have besides those of the system's authorities, PEM. */
  authority: path.optional(),
});

const shape = {
  publicUrl: publicOrigin.optional(),
  hostNames: list(hostName, 32).default([]),
  /** Of owners who chose nothing; 90 unless given, and 365 for owners from before there was a choice. */
  retentionDays: whole(1, MOST_RETENTION_DAYS).optional(),
  retention: section({
    minDays: whole(1, MOST_RETENTION_DAYS).default(1),
    maxDays: whole(1, MOST_RETENTION_DAYS).default(MOST_RETENTION_DAYS),
  }).prefault({}),
  /** Days for which the operator keeps backups: owners are told. */
  backupKeptDays: whole(0, 3_650).default(30),
  api: api.prefault({}),
  bridge: bridge.prefault({}),
  mail: mail.prefault({}),
  accounts: accounts.prefault({}),
  alarms: alarms.prefault({}),
  alerts: alerts.prefault({}),
};

type Shared = z.output<z.ZodObject<typeof shape>>;

/** What a start uses. */
export interface Settings extends Shared {
  /** Ports for metrics, by service. */
  readonly metrics: Readonly<Record<string, number | undefined>>;
}

/**
 * What DIR/config.json may hold, and what holds when a key is left out. docs/operating.md lists the same keys.
 * `services`: names, each of which may have a port for metrics.
 */
export function settingsSchema(services: readonly string[]): z.ZodType<Settings> {
  const metrics = section(Object.fromEntries(services.map((name) => [name, fixedPort.optional()])));
  return section({ ...shape, metrics: metrics.prefault({}) }).superRefine((settings, context) => {
    for (const { path: at, message } of contradictions(settings))
      context.addIssue({ code: "custom", path: [...at], message });
  });
}

/** What one key alone does not show. */
function contradictions({
  api: { certificate, key },
  mail: { folder, smtp: server },
  retention: { minDays, maxDays },
}: Pick<Shared, "api" | "mail" | "retention">): {
  readonly path: readonly string[];
  readonly message: string;
}[] {
  return [
    ...(certificate !== undefined && key === undefined
      ? [{ path: ["api", "key"], message: "is missing; api.certificate needs its key" }]
      : []),
    ...(key !== undefined && certificate === undefined
      ? [{ path: ["api", "certificate"], message: "is missing; api.key needs its certificate" }]
      : []),
    ...(folder !== undefined && server !== undefined
      ? [{ path: ["mail", "folder"], message: "is of no use beside mail.smtp; leave one of them out" }]
      : []),
    ...(minDays > maxDays
      ? [{ path: ["retention", "minDays"], message: "must be at most retention.maxDays" }]
      : []),
  ];
}
