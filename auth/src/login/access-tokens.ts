import { calculateJwkThumbprint, exportJWK, jwtVerify, SignJWT } from "jose";
import type { JWK } from "jose";
import { createPublicKey } from "node:crypto";
import type { KeyObject } from "node:crypto";
import {
  ACCESS_TOKEN_HEADER,
  ACCESS_TOKEN_LIFETIME_S,
  isCanonicalToken,
  livesTooLong,
} from "@purrimeter/auth-api/access-tokens";
import type { AccessTokenClaims, Scope } from "@purrimeter/auth-api/access-tokens";
import type { Account } from "../accounts/accounts.ts";
import { randomId } from "../random-id.ts";

const { alg: ALGORITHM, typ: TYPE } = ACCESS_TOKEN_HEADER;

interface AccessTokensOptions {
  /** EC P-256; signs from now on. */
  readonly signingKey: KeyObject;
  /** Public or private keys that are only published: those before and after the signing key, while both are in use. */
  readonly otherKeys: readonly KeyObject[];
  readonly issuer: string;
  readonly audience: string;
  /** Seconds of UTC. */
  readonly now: () => number;
}

/** Who an access token speaks for. */
export interface Bearer {
  readonly account: string;
  readonly sid: string;
  /** Whether it came from a personal access token, which is bound to scopes. */
  readonly isPersonal: boolean;
}

type SessionClaims = Pick<AccessTokenClaims, "roles" | "sid" | "scope" | "mail_verified">;

interface PublishedKey {
  readonly key: KeyObject;
  readonly jwk: JWK;
}

/** Issues access tokens (RFC 9068, RFC 8725: one algorithm, one type, issuer and audience checked). */
export class AccessTokens {
  #options: AccessTokensOptions;
  #published: ReadonlyMap<string, PublishedKey>;
  #kid: string;

  private constructor(options: AccessTokensOptions, published: readonly PublishedKey[]) {
    this.#options = options;
    this.#published = new Map(published.map((entry) => [String(entry.jwk.kid), entry]));
    this.#kid = String(published[0]?.jwk.kid);
  }

  /** Throws when a key is not EC P-256. */
  static async open(options: AccessTokensOptions): Promise<AccessTokens> {
    const keys = [options.signingKey, ...options.otherKeys].map(publicHalf);
    return new AccessTokens(options, await Promise.all(keys.map(publish)));
  }

  /** Signs and publishes with other keys from now on; nothing changes when one of them cannot be used. */
  async replaceKeys(keys: Pick<AccessTokensOptions, "signingKey" | "otherKeys">): Promise<void> {
    const replaced = await AccessTokens.open({ ...this.#options, ...keys });
    this.#options = replaced.#options;
    this.#published = replaced.#published;
    this.#kid = replaced.#kid;
  }

  /** The public keys (RFC 7517); the first is the one that signs. */
  get jwks(): { keys: JWK[] } {
    return { keys: [...this.#published.values()].map(({ jwk }) => jwk) };
  }

  /** A signed token for one session of the account, good for ACCESS_TOKEN_LIFETIME_S from now. */
  issue(
    { id, roles, isMailVerified }: Pick<Account, "id" | "roles" | "isMailVerified">,
    sid: string,
  ): Promise<string> {
    const claims = { roles: [...roles], sid, mail_verified: isMailVerified };
    return this.#sign(id, claims, ACCESS_TOKEN_LIFETIME_S);
  }

  /** A signed token for the bearer of a personal access token: an owner, within the scopes, for `lifetimeS`. */
  issueScoped(id: string, sid: string, scopes: readonly Scope[], lifetimeS: number): Promise<string> {
    return this.#sign(id, { roles: ["owner"], sid, scope: scopes.join(" "), mail_verified: true }, lifetimeS);
  }

  #sign(subject: string, claims: SessionClaims, lifetimeS: number): Promise<string> {
    const { issuer, audience, signingKey, now } = this.#options;
    const at = now();
    return new SignJWT({ client_id: "purrimeter", ...claims })
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: this.#kid })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(subject)
      .setIssuedAt(at)
      .setExpirationTime(at + lifetimeS)
      .setJti(randomId())
      .sign(signingKey);
  }

  /** Who the token speaks for; undefined when it is not one of ours, or not any more. Sessions that ended are not looked at. */
  async verify(token: string): Promise<Bearer | undefined> {
    const { issuer, audience, now } = this.#options;
    if (!isCanonicalToken(token)) return undefined;
    const checks = {
      issuer,
      audience,
      algorithms: [ALGORITHM],
      typ: TYPE,
      currentDate: new Date(now() * 1_000),
    };
    try {
      const requiredClaims = ["sub", "sid", "iat", "exp", "jti"];
      const { payload } = await jwtVerify(token, ({ kid }) => this.#keyOf(kid), {
        ...checks,
        requiredClaims,
      });
      if (livesTooLong(payload.exp, now())) return undefined;
      return {
        account: String(payload.sub),
        sid: String(payload["sid"]),
        isPersonal: payload["scope"] !== undefined,
      };
    } catch {
      // Whatever is wrong with a token, its bearer is told the same: that it is not valid.
      return undefined;
    }
  }

  #keyOf(kid: string | undefined): KeyObject {
    const entry = this.#published.get(kid ?? "");
    if (!entry) throw new Error("unknown key");
    return entry.key;
  }
}

function publicHalf(key: KeyObject): KeyObject {
  return key.type === "public" ? key : createPublicKey(key);
}

async function publish(key: KeyObject): Promise<PublishedKey> {
  if (key.asymmetricKeyType !== "ec" || key.asymmetricKeyDetails?.namedCurve !== "prime256v1")
    throw new Error("a signing key has to be EC P-256");
  const jwk = await exportJWK(key);
  return { key, jwk: { ...jwk, alg: ALGORITHM, use: "sig", kid: await calculateJwkThumbprint(jwk) } };
}
