import { LruMap } from "@purrimeter/service/lru-map";
import { createHash, createHmac, createPrivateKey, sign, type KeyObject } from "node:crypto";

/** Before an Ed25519 seed, this makes a PKCS#8 key of it (RFC 8410, section 7). */
const PKCS8_OF_SEED = Buffer.from("302e020100300506032b657004220420", "hex");

/** What is signed: `id.timestamp.body`. */
export interface SignedContent {
  readonly id: string;
  /** Seconds of UTC. */
  readonly sentAtS: number;
  readonly body: Buffer;
}

/**
 * The header `webhook-signature` (Standard Webhooks): `v1,` and an HMAC-SHA256 for each secret (`whsec_` and Base64), `v1a,` and an
 * Ed25519 signature for each key (`whsk_` and the Base64 of its seed), separated by spaces, so that keys change without a gap.
 */
export function webhookSignature(
  { id, sentAtS, body }: SignedContent,
  { secrets, keys }: { readonly secrets: readonly string[]; readonly keys: readonly string[] },
): string {
  const content = Buffer.concat([Buffer.from(`${id}.${sentAtS}.`), body]);
  const hmac = (secret: string): string =>
    `v1,${createHmac("sha256", bytesOf(secret)).update(content).digest("base64")}`;
  const ed25519 = (key: string): string => `v1a,${sign(null, content, seedKey(key)).toString("base64")}`;
  return [...secrets.map(hmac), ...keys.map(ed25519)].join(" ");
}

/** Making a key of its seed costs more than a signature. */
const MAX_KEPT = 1_024;
/** By the hash of the text. */
const kept = new LruMap<string, KeyObject>(MAX_KEPT);

function seedKey(key: string): KeyObject {
  const hash = createHash("sha256").update(key).digest("base64");
  const known = kept.get(hash);
  if (known !== undefined) return known;
  const der = Buffer.concat([PKCS8_OF_SEED, bytesOf(key)]);
  const made = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  kept.set(hash, made);
  return made;
}

function bytesOf(secret: string): Buffer {
  return Buffer.from(secret.slice(secret.indexOf("_") + 1), "base64");
}
