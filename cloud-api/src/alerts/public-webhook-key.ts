import { createPrivateKey, createPublicKey } from "node:crypto";

/** PKCS #8 of an Ed25519 key up to its seed (RFC 8410, section 7). */
const SEED_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/** What the receiver verifies with: the public key of a seed. */
export function publicWebhookKey(key: string): string {
  const seed = Buffer.from(key.replace(/^whsk_/u, ""), "base64");
  const secret = createPrivateKey({ key: Buffer.concat([SEED_PREFIX, seed]), format: "der", type: "pkcs8" });
  const { x = "" } = createPublicKey(secret).export({ format: "jwk" });
  return `whpk_${Buffer.from(x, "base64url").toString("base64")}`;
}
