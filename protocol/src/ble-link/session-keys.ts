import { copiedBytes } from "./copied-bytes.ts";
import { hmacSha256 } from "./hmac-sha256.ts";
import type { LinkCipher } from "./link-cipher.ts";
import { LINK_ID_BYTES, LINK_NONCE_BYTES, LINK_VERSION } from "./link-limits.ts";

/** Keys of one session, one for each direction: AES-128. */
export interface SessionKeys {
  readonly toGateway: Uint8Array;
  readonly toTag: Uint8Array;
}

const LABEL = "purrimeter link ";
const KEY_BYTES = 16;

/**
 * HKDF-Expand (RFC 5869, 2.3) of the link key, one block: its `info` is what both sides drew for this session, so no
 * two sessions have the same keys as long as one side never draws the same bytes twice.
 */
export function sessionKeys(
  cipher: LinkCipher,
  linkKey: Uint8Array,
  linkId: Uint8Array,
  challenge: Uint8Array,
  answer: Uint8Array,
): SessionKeys {
  const info = new Uint8Array(LABEL.length + 1 + LINK_ID_BYTES + 2 * LINK_NONCE_BYTES + 1);
  for (let i = 0; i < LABEL.length; i++) info[i] = LABEL.charCodeAt(i);
  let at = LABEL.length;
  info[at++] = LINK_VERSION;
  info.set(linkId, at);
  at += LINK_ID_BYTES;
  info.set(challenge, at);
  info.set(answer, at + LINK_NONCE_BYTES);
  info[info.length - 1] = 1;
  const okm = hmacSha256(cipher, linkKey, info);
  return { toGateway: copiedBytes(okm, 0, KEY_BYTES), toTag: copiedBytes(okm, KEY_BYTES, okm.length) };
}
