import { z } from "zod";

const path = z.string().min(1);

/** The bridge's configuration file. Nothing in it is secret. */
export const bridgeConfigSchema = z.strictObject({
  /** Address to listen on. */
  host: z.string().min(1),
  /** 8883 by custom, 0 for any. */
  port: z.int().min(0).max(65_535),
  database: path,
  keyRing: path,
  tls: z.strictObject({
    /** The bridge's certificate and its issuer's, PEM. */
    certificate: path,
    /** Whoever signs tags, PEM. */
    clientAuthority: path,
    /** Revocation lists, PEM; read again when the file changes. */
    revoked: path.optional(),
  }),
  /** A second listener, for boards whose TLS ends at 1.2; there is none unless this is given. */
  tls12: z
    .strictObject({
      /** 0 for any. */
      port: z.int().min(0).max(65_535),
      /** TCP connections at once, besides those of the first listener; 1,000 unless given. */
      maxConnections: z.int().min(1).max(1_000_000).optional(),
    })
    .optional(),
  /** How many days locations are kept. */
  retentionDays: z.int().min(1).max(36_500),
  /** Where the secrets are: parseSecretsConfig of the store knows. */
  secrets: z.unknown().optional(),
  /** Whether the bridge decides reports again and counts what differs from the tag; true unless given. */
  verification: z.boolean().optional(),
  maxConnections: z.int().min(1).max(1_000_000).optional(),
  /** File for counts in the text format of Prometheus, written every 15 s; none unless given. */
  metrics: path.optional(),
});

export type BridgeConfig = z.infer<typeof bridgeConfigSchema>;
