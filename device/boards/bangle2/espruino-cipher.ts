import { copiedBytes } from "@purrimeter/protocol/copied-bytes";
import type { LinkCipher } from "@purrimeter/protocol/link-cipher";
import { LINK_SEAL_BYTES } from "@purrimeter/protocol/link-limits";

/** What this uses of Espruino's `require("crypto")` (2v29; AES_CCM is in Bangle.js 2's build). */
export interface EspruinoCrypto {
  SHA256(bytes: Uint8Array): ArrayBuffer;
  readonly AES: {
    ccmEncrypt(
      message: Uint8Array,
      key: Uint8Array,
      nonce: Uint8Array,
      tagBytes: number,
    ): { readonly data: ArrayBuffer; readonly tag: ArrayBuffer };
    /** Nothing when the tag is wrong. */
    ccmDecrypt(
      message: Uint8Array,
      key: Uint8Array,
      nonce: Uint8Array,
      tag: Uint8Array,
    ): ArrayBuffer | null | undefined;
  };
}

/** The link's cryptography by Espruino's own mbedTLS. */
export class EspruinoCipher implements LinkCipher {
  private readonly crypto: EspruinoCrypto;

  constructor(crypto: EspruinoCrypto) {
    this.crypto = crypto;
  }

  sha256(bytes: Uint8Array): Uint8Array {
    return new Uint8Array(this.crypto.SHA256(bytes));
  }

  seal(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array): Uint8Array {
    const { data, tag } = this.crypto.AES.ccmEncrypt(plain, key, nonce, LINK_SEAL_BYTES);
    const sealed = new Uint8Array(plain.length + LINK_SEAL_BYTES);
    sealed.set(new Uint8Array(data), 0);
    sealed.set(new Uint8Array(tag), plain.length);
    return sealed;
  }

  open(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
    const length = sealed.length - LINK_SEAL_BYTES;
    const data = copiedBytes(sealed, 0, length);
    const tag = copiedBytes(sealed, length, sealed.length);
    const plain = this.crypto.AES.ccmDecrypt(data, key, nonce, tag);
    return plain === null || plain === undefined ? undefined : new Uint8Array(plain);
  }
}
