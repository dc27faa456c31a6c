import { createCipheriv, createDecipheriv, createHash } from "node:crypto";
import type { LinkCipher } from "@purrimeter/protocol/link-cipher";
import { LINK_SEAL_BYTES } from "@purrimeter/protocol/link-limits";

const NAME = "aes-128-ccm";
const OPTIONS = { authTagLength: LINK_SEAL_BYTES };

/** The link's cryptography by OpenSSL. */
export const nodeCipher: LinkCipher = {
  sha256: (bytes) => createHash("sha256").update(bytes).digest(),
  seal: (key, nonce, plain) => {
    const cipher = createCipheriv(NAME, key, nonce, OPTIONS);
    return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  },
  open: (key, nonce, sealed) => {
    const length = sealed.length - LINK_SEAL_BYTES;
    const cipher = createDecipheriv(NAME, key, nonce, OPTIONS).setAuthTag(sealed.subarray(length));
    return opened(() => Buffer.concat([cipher.update(sealed.subarray(0, length)), cipher.final()]));
  },
};

/** Node reports a wrong CCM tag by throwing. Nothing else throws here, as the lengths are right. */
function opened(decrypt: () => Uint8Array): Uint8Array | undefined {
  try {
    return decrypt();
  } catch {
    return undefined;
  }
}
