import type { LinkCipher } from "./link-cipher.ts";

const BLOCK_BYTES = 64;
const HASH_BYTES = 32;
const INNER = 0x36;
const OUTER = 0x5c;

/** HMAC-SHA256 (RFC 2104) under a key of at most 64 bytes: 32 bytes. */
export function hmacSha256(cipher: LinkCipher, key: Uint8Array, message: Uint8Array): Uint8Array {
  const inner = padded(key, INNER, message.length);
  inner.set(message, BLOCK_BYTES);
  const outer = padded(key, OUTER, HASH_BYTES);
  outer.set(cipher.sha256(inner), BLOCK_BYTES);
  return cipher.sha256(outer);
}

function padded(key: Uint8Array, pad: number, more: number): Uint8Array {
  const bytes = new Uint8Array(BLOCK_BYTES + more);
  for (let i = 0; i < BLOCK_BYTES; i++) bytes[i] = pad ^ (i < key.length ? (key[i] as number) : 0);
  return bytes;
}
