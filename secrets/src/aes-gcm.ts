import { createCipheriv, createDecipheriv, randomFillSync, type KeyObject } from "node:crypto";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What sealing adds: a nonce of 96 bits in front and an authentication tag of 128 bits. */
export const GCM_OVERHEAD_BYTES = NONCE_BYTES + TAG_BYTES;

const POOL_NONCES = 1_024;

/** Random nonces, drawn a thousand at a time: one call to the system's source per nonce costs as much as sealing. */
class NoncePool {
  readonly #pool = Buffer.alloc(NONCE_BYTES * POOL_NONCES);
  #next = POOL_NONCES;

  next(): Buffer {
    if (this.#next === POOL_NONCES) {
      randomFillSync(this.#pool);
      this.#next = 0;
    }
    const start = this.#next * NONCE_BYTES;
    this.#next++;
    return this.#pool.subarray(start, start + NONCE_BYTES);
  }
}

const nonces = new NoncePool();

/** Where the tag is: behind the nonce, or behind the ciphertext as the account database has it. */
export type GcmLayout = "tag-first" | "tag-last";

/**
 * AES-256-GCM (NIST SP 800-38D) with a random nonce: nonce, tag, ciphertext in one buffer of its own. Random nonces
 * are safe for 2^32 messages under one key (section 8.3); a tag's ownership sees 5 x 10^5 a year. The key is a KeyObject because raw bytes
 * would be made one for each message, which costs four times the sealing.
 */
export function sealBytes(
  key: KeyObject,
  plain: Uint8Array,
  additional: Uint8Array,
  layout: GcmLayout = "tag-first",
): Buffer {
  const nonce = nonces.next();
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(additional);
  const body = cipher.update(plain);
  cipher.final();
  const sealed = Buffer.allocUnsafe(GCM_OVERHEAD_BYTES + body.length);
  const isTagFirst = layout === "tag-first";
  sealed.set(nonce, 0);
  sealed.set(cipher.getAuthTag(), isTagFirst ? NONCE_BYTES : NONCE_BYTES + body.length);
  sealed.set(body, isTagFirst ? GCM_OVERHEAD_BYTES : NONCE_BYTES);
  return sealed;
}

/** The plain bytes, or undefined when key, additional data or a single bit is another than at sealing. */
export function openBytes(
  key: KeyObject,
  sealed: Uint8Array,
  additional: Uint8Array,
  layout: GcmLayout = "tag-first",
): Buffer | undefined {
  if (sealed.length < GCM_OVERHEAD_BYTES) return undefined;
  const tagAt = layout === "tag-first" ? NONCE_BYTES : sealed.length - TAG_BYTES;
  const bodyAt = layout === "tag-first" ? GCM_OVERHEAD_BYTES : NONCE_BYTES;
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, NONCE_BYTES));
  decipher.setAAD(additional);
  decipher.setAuthTag(sealed.subarray(tagAt, tagAt + TAG_BYTES));
  const plain = decipher.update(sealed.subarray(bodyAt, bodyAt + sealed.length - GCM_OVERHEAD_BYTES));
  try {
    decipher.final();
    return plain;
  } catch {
    return undefined; // final() has one way to fail: the tag does not match
  }
}
