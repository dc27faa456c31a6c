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
import { z } from "zod";

const connectionsSchema = z.int().min(1).max(1_000_000);

/** The bridge's configuration file. Nothing in it is secret. */
export const bridgeConfigSchema = z.strictObject({
  ...SERVICE_CONFIG,
  host: hostSchema,
  /** 8883 by custom. */
  port: portSchema,
  ...DATABASE_CONFIG,
  keyRing: pathSchema,
  tls: z.strictObject({
    /** The bridge's certificate and its issuer's, PEM. */
    certificate: pathSchema,
    /** Whoever signs tags, PEM. */
    clientAuthority: pathSchema,
    /** Revocation lists, PEM; read again when the file changes. */
    revoked: pathSchema.optional(),
  }),
  /** A second listener, for boards whose TLS ends at 1.2; there is none unless this is given. */
  tls12: z
    .strictObject({
      port: portSchema,
      /** TCP connections at once, besides those of the first listener; 1,000 unless given. */
      maxConnections: connectionsSchema.optional(),
    })
    .optional(),
  /** How many days locations are kept. */
  retention: retentionSchema,
  /** Whether the bridge decides reports again and counts what differs from the tag; true unless given. */
  verification: z.boolean().optional(),
  maxConnections: connectionsSchema.optional(),
  /** Of one address, without a certificate; a trusted proxy's are not counted. */
  maxConnectionsPerAddress: connectionsSchema.optional(),
  acceptsPerAddress: rateSchema.optional(),
  /** New sessions of one certificate. */
  sessionsPerCertificate: rateSchema.optional(),
  /** What one tag may have stored. */
  quotas: z.strictObject({ entries: rateSchema, rows: rateSchema }).optional(),
  trustedProxies: trustedProxiesSchema,
});

export type BridgeConfig = z.infer<typeof bridgeConfigSchema>;
