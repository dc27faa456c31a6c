import { createPublicKey } from "node:crypto";

/** Bytes of an uncompressed point of P-256, and of the secret beside it (RFC 8291, section 3.1). */
const POINT_BYTES = 65;
const SECRET_BYTES = 16;

function bytesOf(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64url");
  const isCanonical = bytes.toString("base64url") === text.replace(/=+$/u, "");
  return isCanonical ? bytes : undefined;
}

/** Whether the text is the public key of a browser's subscription: a point of the curve, not any 65 bytes. */
export function isSubscriptionKey(text: string): boolean {
  const bytes = bytesOf(text);
  if (bytes?.length !== POINT_BYTES || bytes[0] !== 4) return false;
  const x = bytes.toString("base64url", 1, 33);
  const y = bytes.toString("base64url", 33);
  try {
    createPublicKey({ format: "jwk", key: { kty: "EC", crv: "P-256", x, y } });
    return true;
  } catch {
    return false;
  }
}

/** Whether the text is the secret of a browser's subscription. */
export function isSubscriptionSecret(text: string): boolean {
  return bytesOf(text)?.length === SECRET_BYTES;
}
