import { createCipheriv, createDecipheriv, createHash } from "node:crypto";
import type { EspruinoCrypto } from "../espruino-cipher.ts";

const CCM = "aes-128-ccm";

/** Buffers of Node may lie in the middle of an ArrayBuffer; Espruino gives one of its own. */
function own(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}

/** Espruino's `require("crypto")`, as 2v29 on Linux was seen to answer. */
export const nodeCrypto: EspruinoCrypto = {
  SHA256: (bytes) => own(createHash("sha256").update(bytes).digest()),
  AES: {
    ccmEncrypt: (message, key, nonce, tagBytes) => {
      const cipher = createCipheriv(CCM, key, nonce, { authTagLength: tagBytes });
      const data = own(Buffer.concat([cipher.update(message), cipher.final()]));
      return { data, tag: own(cipher.getAuthTag()) };
    },
    ccmDecrypt: (message, key, nonce, tag) => {
      const cipher = createDecipheriv(CCM, key, nonce, { authTagLength: tag.length }).setAuthTag(tag);
      const plain = cipher.update(message);
      try {
        cipher.final();
      } catch {
        return undefined;
      }
      return own(plain);
    },
  },
};
