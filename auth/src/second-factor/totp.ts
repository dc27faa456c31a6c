import { createHmac, timingSafeEqual } from "node:crypto";

/** RFC 6238, 4 and 5.2: steps of 30 s, and one step before and after for clocks and fingers. */
export const STEP_S = 30;
const TOLERATED_STEPS = [-1, 0, 1];

/** What every authenticator app understands; RFC 4226, 5.3 and E.1: six digits are enough where guesses are few. */
const DIGITS = 6;

/** RFC 4226, 4, R6: 160 bits, the length of HMAC-SHA1. */
export const TOTP_SECRET_BYTES = 20;

/** The code of one step (RFC 4226, 5.3, with HMAC-SHA1). */
export function totpCode(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", secret).update(counter).digest();
  const offset = (mac[19] ?? 0) & 15;
  const number = mac.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, "0");
}

/**
 * The step that the code belongs to, if it is near `atS` and later than `lastStep` (a code works once, RFC 6238, 5.2).
 * Takes the same time whatever is right about the code.
 */
export function matchTotp(
  secret: Uint8Array,
  code: string,
  atS: number,
  lastStep: number,
): number | undefined {
  const given = Buffer.from(code.padEnd(DIGITS).slice(0, DIGITS + 1));
  const now = Math.floor(atS / STEP_S);
  let found: number | undefined;
  for (const offset of TOLERATED_STEPS) {
    const step = now + offset;
    const wanted = Buffer.from(totpCode(secret, step));
    const equal = given.length === wanted.length && timingSafeEqual(given, wanted);
    if (equal && step > lastStep) found = step;
  }
  return found;
}

/** What an authenticator app scans. */
export function totpUri(secretBase32: string, mail: string): string {
  const query = new URLSearchParams({
    secret: secretBase32,
    issuer: "Purrimeter",
    algorithm: "SHA1",
    digits: "6",
    period: "30",
  });
  return `otpauth://totp/${encodeURIComponent(`Purrimeter:${mail}`)}?${query.toString()}`;
}
