import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";

/** A private key and its public half. */
export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** Moddable's TLS takes RSA client keys only, and 2048 bits are what its boards sign in time. */
export const KEY_BITS = 2048;

/** The root lives twenty years. */
export const ROOT_KEY_BITS = 3072;

/** A new RSA key pair, made by OpenSSL in a thread: node-forge's own takes seconds of the event loop. */
export async function makeKeyPair(bits: number): Promise<KeyPair> {
  return promisify(generateKeyPair)("rsa", { modulusLength: bits });
}

/** The key pair of a PEM, or undefined when that is no RSA private key of 2048 bits or more. */
export function parseKeyPair(pem: string | Uint8Array): KeyPair | undefined {
  const privateKey = asPrivateKey(pem);
  if (privateKey?.asymmetricKeyType !== "rsa") return undefined;
  const bits = privateKey.asymmetricKeyDetails?.modulusLength ?? 0;
  return bits < KEY_BITS ? undefined : { privateKey, publicKey: createPublicKey(privateKey) };
}

function asPrivateKey(pem: string | Uint8Array): KeyObject | undefined {
  try {
    return createPrivateKey({ key: Buffer.from(pem), format: "pem" });
  } catch (error) {
    // Whatever OpenSSL dislikes about it, the caller's answer is the same: no usable key.
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** PKCS#8 PEM, not encrypted. */
export function privateKeyPem(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

/** PKCS#8 PEM, encrypted with AES-256 under a key that PBKDF2 makes of the passphrase (RFC 8018); `openssl pkey` reads it. */
export function encryptedKeyPem(key: KeyObject, passphrase: string): string {
  return key.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase }).toString();
}

/** PKCS#8 DER, not encrypted. */
export function privateKeyDer(key: KeyObject): Buffer {
  return key.export({ type: "pkcs8", format: "der" });
}
