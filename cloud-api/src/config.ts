import {
  DATABASE_CONFIG,
  hostSchema,
  pathSchema,
  portSchema,
  rateSchema,
  retentionSchema,
  SERVICE_CONFIG,
  trustedProxiesSchema,
} from "@purrimeter/service/config-schemas";
import { PUBLIC_HTTP_LIMITS } from "@purrimeter/service/http-limits";
import { z } from "zod";

const connectionsSchema = z.int().min(1).max(1_000_000);

/**
 * Requests of one account and of one address. An account reads a month of 20 tags at once; an address may be a
 * whole mobile network's.
 */
const DEFAULT_RATES = {
  owner: { burst: 1_000, perSecond: 100 },
  address: { burst: 2_000, perSecond: 200 },
};

const DEFAULT_RETENTION = { minDays: 1, maxDays: 365, defaultDays: 90, formerDays: 365 };

/** Configuration of the cloud API. */
export const configSchema = z.strictObject({
  ...SERVICE_CONFIG,
  host: hostSchema,
  port: portSchema,
  ...DATABASE_CONFIG,
  keyRing: pathSchema,
  /** Where erased owners are listed; nowhere unless given. */
  erasureList: pathSchema.optional(),
  /** The key is the secret `tls-key.pem`, unless it is given: for a certificate of the operator's own. */
  tls: z.strictObject({ certificate: pathSchema, key: pathSchema.optional() }),
  auth: z.strictObject({
    url: z.url({ protocol: /^https$/ }),
    /** Ours, CN cloud-api. */
    certificate: pathSchema,
    /** Whose certificate the service must have. */
    authority: pathSchema,
  }),
  /** What sends messages; its authority and our certificate are those of `auth`. Without it browsers cannot subscribe. */
  notifier: z.strictObject({ url: z.url({ protocol: /^https$/ }) }).optional(),
  /** Networks besides the public one in which owners' endpoints may be; the notifier has the same. */
  allowedNetworks: z
    .array(z.union([z.cidrv4(), z.cidrv6()]))
    .max(32)
    .default([]),
  /** Processes without which owners or tags are not served, and where each tells of its readiness: http://127.0.0.1:PORT. */
  peers: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        url: z.url({ protocol: /^http$/, hostname: /^127\.0\.0\.1$/ }),
      }),
    )
    .default([]),
  /** Processes that tell of their commits, each at /commits of http://127.0.0.1:PORT; live streams poll where there is none. */
  commits: z.array(z.url({ protocol: /^http$/, hostname: /^127\.0\.0\.1$/ })).default([]),
  issuer: z.string().min(1),
  audience: z.string().min(1),
  /** Origins of pages that may call the API. */
  origins: z.array(z.url()).default([]),
  /** How long the operator keeps backups, in days. */
  backupKeptDays: z.int().min(0).max(3_650).default(30),
  /** URI for reports of vulnerabilities, told in /.well-known/security.txt. */
  securityContact: z.url({ protocol: /^(?:https|mailto)$/ }).optional(),
  /** What owners may choose, and what holds for those who choose nothing; as the bridge, which deletes, has it. */
  retention: retentionSchema.default(DEFAULT_RETENTION),
  /** Host names beside those of the certificate. */
  hosts: z.array(z.string().min(1).toLowerCase()).default([]),
  trustedProxies: trustedProxiesSchema,
  /** Live streams at once, in all. */
  maxLiveStreams: z.int().min(1).max(100_000).default(2_000),
  rates: z.strictObject({ owner: rateSchema, address: rateSchema }).default(DEFAULT_RATES),
  /** Connections at once, in all and of one address without a token, and new ones of one address (a trusted proxy's are not counted by address). */
  connections: z
    .strictObject({
      maxConnections: connectionsSchema.default(PUBLIC_HTTP_LIMITS.maxConnections),
      maxConnectionsPerAddress: connectionsSchema.default(PUBLIC_HTTP_LIMITS.maxConnectionsPerAddress),
      acceptsPerAddress: rateSchema.default(PUBLIC_HTTP_LIMITS.acceptsPerAddress),
    })
    .prefault({}),
});

export type Config = z.infer<typeof configSchema>;
