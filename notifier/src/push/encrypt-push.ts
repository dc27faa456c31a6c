import { createCipheriv, createECDH, hkdfSync, randomBytes, type ECDH } from "node:crypto";

/** Largest record: what every push service has to take (RFC 8030, section 7.2). */
const RECORD_BYTES = 4_096;
const TAG_BYTES = 16;
const HEADER_BYTES = 16 + 4 + 1 + 65;

/** Largest text: the record without its header, the delimiter and the tag. */
export const MAX_PLAIN_BYTES = RECORD_BYTES - HEADER_BYTES - 1 - TAG_BYTES;

/** Ends the text of the last record; zeros follow (RFC 8188, section 2). */
const LAST = Buffer.from([2]);

/** What a browser has given with its subscription, base64url. */
export interface PushKeys {
  /** A point of P-256, uncompressed. */
  readonly p256dh: string;
  /** 16 bytes. */
  readonly auth: string;
}

/** New for each message, except in the test with RFC 8291's own example. */
export interface PushRandomness {
  /** 16 bytes. */
  readonly salt: Buffer;
  readonly keys: ECDH;
}

/** A pair of keys and a salt for one message. */
function newPushRandomness(): PushRandomness {
  const keys = createECDH("prime256v1");
  keys.generateKeys();
  return { salt: randomBytes(16), keys };
}

/**
 * The text as a message of one record that only the browser reads (RFC 8291, aes128gcm of RFC 8188), with `padding` zeros after it.
 * Undefined when the browser's keys are none. The text has at most MAX_PLAIN_BYTES with its padding.
 */
export function encryptPush(
  text: Buffer,
  { p256dh, auth }: PushKeys,
  padding = 0,
  { salt, keys }: PushRandomness = newPushRandomness(),
): Buffer | undefined {
  const [theirs, secret] = [Buffer.from(p256dh, "base64url"), Buffer.from(auth, "base64url")];
  const shared = secret.length === 16 && theirs.length === 65 ? sharedSecret(keys, theirs) : undefined;
  if (shared === undefined) return undefined;
  const ours = keys.getPublicKey();
  const input = hkdf(shared, secret, Buffer.concat([Buffer.from("WebPush: info\0"), theirs, ours]), 32);
  const key = hkdf(input, salt, Buffer.from("Content-Encoding: aes128gcm\0"), 16);
  const nonce = hkdf(input, salt, Buffer.from("Content-Encoding: nonce\0"), 12);
  const cipher = createCipheriv("aes-128-gcm", key, nonce);
  const sealed = [cipher.update(Buffer.concat([text, LAST, Buffer.alloc(padding)])), cipher.final()];
  const size = Buffer.alloc(5);
  size.writeUInt32BE(RECORD_BYTES);
  size.writeUInt8(ours.length, 4);
  return Buffer.concat([salt, size, ours, ...sealed, cipher.getAuthTag()]);
}

/** Undefined when their key is no point of the curve. */
function sharedSecret(keys: ECDH, theirs: Buffer): Buffer | undefined {
  try {
    return keys.computeSecret(theirs);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_CRYPTO_ECDH_INVALID_PUBLIC_KEY") return undefined;
    throw error;
  }
}

function hkdf(input: Buffer, salt: Buffer, info: Buffer, length: number): Buffer {
  return Buffer.from(hkdfSync("sha256", input, salt, info, length));
}
