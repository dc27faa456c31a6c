import { generateKeyPairSync, randomBytes } from "node:crypto";
import type { SecretSpec } from "./secret-holder.ts";

/** 256 bits, hexadecimal. */
export function randomKey(): string {
  return `${randomBytes(32).toString("hex")}\n`;
}

/** PKCS#8, PEM. ES256 needs P-256 (RFC 7518, section 3.4). */
export function signingKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

/** The key of the locations' database: one value, of which each process that opens the database has a copy. */
export const LOCATIONS_KEY: SecretSpec = { name: "database-key", make: randomKey };

/** The key of the file with the owners' keys. */
export const KEY_RING_KEY: SecretSpec = { name: "key-ring-key", make: randomKey };

/** Signs the audit trails: one value, of which each process that writes to one has a copy. */
export const AUDIT_KEY: SecretSpec = { name: "audit-key", make: randomKey };

/** Seals messages that wait where there is no mail server. */
export const MAIL_KEY: SecretSpec = { name: "mail-key", make: randomKey };
