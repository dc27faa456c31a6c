/** The cryptography that the link needs from an engine. Returned arrays are new. */
export interface LinkCipher {
  /** SHA-256 (FIPS 180-4): 32 bytes. */
  sha256(bytes: Uint8Array): Uint8Array;
  /** AES-128-CCM (RFC 3610) with a nonce of 13 bytes and no additional data: the ciphertext, then a tag of 16 bytes. */
  seal(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array): Uint8Array;
  /**
   * The plaintext of `sealed`; undefined when a bit of it was changed or the key is a different one. `sealed` has at
   * least 17 bytes.
   */
  open(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
}
