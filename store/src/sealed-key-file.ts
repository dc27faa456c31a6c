import type { KeyRing } from "./key-ring.ts";

/**
 * The key ring as one small sealed file (mode 0600), shared by processes: each writer takes a lock, each reader looks
 * again when the file changed. `key` is the 32 bytes of secret `key-ring-key`. Throws KeyRingError for a wrong key.
 */
export declare function openSealedKeyFile(path: string, key: Buffer): KeyRing;

/** The key file cannot be read: the message names the path, never the content. */
export class KeyRingError extends Error {
  override readonly name = "KeyRingError";
}
