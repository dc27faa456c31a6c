import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { CryptoKey, JWTHeaderParameters } from "jose";
import { randomBytes } from "node:crypto";

export const ISSUER = "https://auth.test";
export const AUDIENCE = "purrimeter-test";

/** Seconds of UTC at which tests happen. */
export const NOW_S = 1_772_366_400;

/** 32 hex digits, as ids of owners and sessions are. */
export function randomId(): string {
  return randomBytes(16).toString("hex");
}

/** A signing key as the authentication service has one, and what it publishes of it. */
export interface TestKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: Record<string, unknown>;
}

export async function makeTestKey(kid: string): Promise<TestKey> {
  const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: "ES256", use: "sig" };
  return { kid, privateKey, jwk };
}

/** A valid access token, save for what is changed in it. */
export async function signToken(
  key: TestKey,
  claims: Record<string, unknown> = {},
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> {
  const payload = {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: randomId(),
    client_id: "purrimeter",
    roles: ["owner"],
    mail_verified: true,
    iat: NOW_S,
    exp: NOW_S + 600,
    jti: randomId(),
    sid: randomId(),
    ...claims,
  };
  const protectedHeader = { alg: "ES256", typ: "at+jwt", kid: key.kid, ...header };
  return new SignJWT(payload).setProtectedHeader(protectedHeader).sign(key.privateKey);
}
