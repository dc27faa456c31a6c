import { describe, expect, it } from "vitest";
import { hmacSha256 } from "./hmac-sha256.ts";
import type { LinkCipher } from "./link-cipher.ts";

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));
const hex = (array: Uint8Array): string => Buffer.from(array).toString("hex");

/** Key, nonce, plaintext, ciphertext with tag: NIST CAVP, ccmtestvectors, DVPT128.rsp with Alen = 0 and Tlen = 16. */
const CCM = [
  [
    "197afb02ffbd8f699dacae87094d5243",
    "5a8aa485c316e9",
    "3796cf51b8726652a4204733b8fbb047cf00fb91a9837e22",
    "24ab9eeb0e5508cae80074f1070ee188a637171860881f1f2d9a3fbc210595b7b8b1b41523111a8e",
  ],
] as const;

/** Key, message, HMAC-SHA-256: RFC 4231, test cases 1, 2 and 3. */
const HMAC = [
  ["0b".repeat(20), "4869205468657265", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"],
  [
    "4a656665",
    "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  ],
  ["aa".repeat(20), "dd".repeat(50), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"],
] as const;

/** What the link needs from every implementation. */
export function describeLinkCipherContract(name: string, cipher: LinkCipher): void {
  describe(`${name} as the link's cipher`, () => {
    it.each(CCM)("seals and opens as NIST's vectors say (key %s)", (key, nonce, plain, sealed) => {
      expect(hex(cipher.seal(bytes(key), bytes(nonce), bytes(plain)))).toBe(sealed);
      const opened = cipher.open(bytes(key), bytes(nonce), bytes(sealed));
      expect(opened === undefined ? "nothing" : hex(opened)).toBe(plain);
    });

    it.each(HMAC)("makes RFC 4231's HMAC (key %s)", (key, message, mac) => {
      expect(hex(hmacSha256(cipher, bytes(key), bytes(message)))).toBe(mac);
    });

    it("opens nothing that differs in one bit anywhere, or was sealed under another key or nonce", () => {
      const [key, nonce] = [new Uint8Array(16).fill(3), new Uint8Array(13).fill(4)];
      const sealed = cipher.seal(key, nonce, Uint8Array.of(1, 2, 3));
      expect(sealed).toHaveLength(3 + 16);
      for (let bit = 0; bit < sealed.length * 8; bit++) {
        const flipped = Uint8Array.from(sealed);
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        expect(cipher.open(key, nonce, flipped)).toBeUndefined();
      }
      expect(cipher.open(new Uint8Array(16).fill(5), nonce, sealed)).toBeUndefined();
      expect(cipher.open(key, new Uint8Array(13).fill(5), sealed)).toBeUndefined();
      expect(cipher.open(key, nonce, sealed)).toBeDefined();
    });
  });
}
