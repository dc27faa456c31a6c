import { createHash } from "node:crypto";

/** 40 bits: of ten million good passwords one is taken for a leaked one. */
export const LEAKED_KEY_BYTES = 5;

/** Lengths, in characters, from which passwords are in the first and in the second of the two tables. */
export const LEAKED_LENGTHS = { short: 8, long: 15 } as const;

/** The form in which a password is listed: NFC, in lower case. */
export function leakedForm(password: string): string {
  return password.normalize("NFC").toLowerCase();
}

/** By what a password in that form is listed: the beginning of its SHA-256. */
export function leakedPasswordKey(form: string): Buffer {
  return createHash("sha256").update(form).digest().subarray(0, LEAKED_KEY_BYTES);
}
