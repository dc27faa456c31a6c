import { createHash, randomBytes } from "node:crypto";

/** Crockford's base 32: no I, L, O, U, which are mistaken for others. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const GROUPS = 5;
const GROUP_LENGTH = 5;

/** A fresh claim code of 125 random bits, as 5 groups of 5 that a person can type: "7K2QF-...". */
export function createClaimCode(): string {
  const bytes = randomBytes(GROUPS * GROUP_LENGTH);
  const groups: string[] = [];
  for (let i = 0; i < bytes.length; i += GROUP_LENGTH) {
    const group = Array.from(bytes.subarray(i, i + GROUP_LENGTH), (byte) => ALPHABET.charAt(byte % 32));
    groups.push(group.join(""));
  }
  return groups.join("-");
}

function normalised(code: string): string {
  const text = code.toUpperCase().replaceAll(/[\s-]/g, "");
  return text.replaceAll("O", "0").replaceAll(/[IL]/g, "1");
}

/**
 * What is kept of a claim code: SHA-256 of it, blanks, dashes and case aside. A slow hash would add nothing:
 * no dictionary holds 125 random bits.
 */
export function hashClaimCode(code: string): Buffer {
  return createHash("sha256").update(normalised(code)).digest();
}
