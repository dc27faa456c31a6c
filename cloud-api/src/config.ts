import { readFileSync } from "node:fs";
import { z } from "zod";

const path = z.string().min(1).max(4_096);
const rate = z.strictObject({ burst: z.number().min(1), perSecond: z.number().positive() });

/**
 * Requests of one account and of one address. An account reads a month of 20 tags at once; an address may be a
 * whole mobile network's.
 */
const DEFAULT_RATES = {
  owner: { burst: 1_000, perSecond: 100 },
  address: { burst: 2_000, perSecond: 200 },
};

/** Configuration of the cloud API. */
export const configSchema = z.strictObject({
  host: z.string().min(1),
  /** 0: any. */
  port: z.int().min(0).max(65_535),
  database: path,
  keyRing: path,
  /** The key is the secret `tls-key.pem`, unless it is given: for a certificate of the operator's own. */
  tls: z.strictObject({ certificate: path, key: path.optional() }),
  auth: z.strictObject({
    url: z.url({ protocol: /^https$/ }),
    /** Ours, CN cloud-api. */
    certificate: path,
    /** Whose certificate the service must have. */
    authority: path,
  }),
  issuer: z.string().min(1),
  audience: z.string().min(1),
  /** The store keeps to it; here only so that one configuration fits. */
  retentionDays: z.number().int().min(1).optional(),
  /** Where the secrets are: parseSecretsConfig of the store knows. */
  secrets: z.unknown().optional(),
  /** Origins of pages that may call the API. */
  origins: z.array(z.url()).default([]),
  /** Host names beside those of the certificate. */
  hosts: z.array(z.string().min(1).toLowerCase()).default([]),
  /** Addresses or CIDR blocks whose X-Forwarded-For is believed. */
  trustedProxies: z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])).default([]),
  rates: z.strictObject({ owner: rate, address: rate }).default(DEFAULT_RATES),
});

export type Config = z.infer<typeof configSchema>;

/** Reads the file; throws an error of one clear line when it cannot be used. */
export function readConfig(file: string): Config {
  const result = configSchema.safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`${file}: ${faults.join("; ")}`);
}
