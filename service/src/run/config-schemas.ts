import { z } from "zod";

/** Path of a file. */
export const pathSchema = z.string().min(1).max(4_096);

/** What the configuration of every service with a database has; spread into its schema. */
export const DATABASE_CONFIG = {
  database: pathSchema,
  /** Whether the database was there before: one that is missing is refused then, and not created. */
  databaseMustExist: z.boolean().optional(),
  /** Id of the installation: a database or a key ring of another one is refused. */
  installation: z.string().min(1).max(64).optional(),
} as const;

/** A host name or an address to listen on. */
export const hostSchema = z.string().min(1).max(256);

/** 0: any. */
export const portSchema = z.int().min(0).max(65_535);

/** A loopback port for metrics and readiness; there is none unless it is given. */
const metricsSchema = z.strictObject({ port: portSchema }).optional();

/** Where the secrets are. Passed on as it is: the source of secrets knows. */
const secretsSchema = z.unknown().optional();

/** A bucket of requests: how many at once, and how many a second from then on. */
export const rateSchema = z.strictObject({ burst: z.number().min(1), perSecond: z.number().positive() });

/** Addresses or CIDR blocks whose X-Forwarded-For is believed. */
export const trustedProxiesSchema = z
  .array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]))
  .default([]);

const retentionDaysSchema = z.int().min(1).max(365);

/** Days for which owners may have locations kept, and what holds for those who chose nothing: see RetentionBounds of the store. */
export const retentionSchema = z.strictObject({
  minDays: retentionDaysSchema,
  maxDays: retentionDaysSchema,
  defaultDays: retentionDaysSchema,
  formerDays: retentionDaysSchema,
});

/** What every service's configuration has; spread into its schema. */
export const SERVICE_CONFIG = {
  secrets: secretsSchema,
  metrics: metricsSchema,
  /** File in which alarms wait for the process that tells operators; nobody is told unless it is given. */
  alarmSpool: pathSchema.optional(),
} as const;

/** The part of a configuration that `runService` reads. */
export interface ServiceConfig {
  readonly secrets?: unknown;
  readonly metrics?: { readonly port: number } | undefined;
  readonly alarmSpool?: string | undefined;
}
