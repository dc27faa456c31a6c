/** What the link asks of an engine's cryptography. Arrays that come back are new. */
export interface LinkCipher {
  /** SHA-256 (FIPS 180-4): 32 bytes. */
  sha256(bytes: Uint8Array): Uint8Array;
  /** AES-128-CCM (RFC 3610) with a nonce of 13 bytes and no additional data: the ciphertext, then a tag of 16 bytes. */
  seal(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array): Uint8Array;
  /** What `seal` was given; undefined when anybody changed a bit of it, or the key is another. At least 17 bytes. */
  open(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
}
