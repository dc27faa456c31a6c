import { decodeProtectedHeader, errors, jwtVerify } from "jose";
import type { CryptoKey } from "jose";
import {
  ACCESS_TOKEN_HEADER,
  accessTokenClaimsSchema,
  isCanonicalToken,
  livesTooLong,
} from "@purrimeter/auth-api/access-tokens";
import type { AccessTokenClaims } from "@purrimeter/auth-api/access-tokens";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import type { OwnerId } from "@purrimeter/store/owner-id";
import { LruMap } from "@purrimeter/service/lru-map";
import type { EndedSessions } from "./ended-sessions.ts";
import type { KeySet } from "./key-set.ts";

/** Who asks. */
export interface Identity {
  readonly owner: OwnerId;
  /** The `sid` of the token. */
  readonly session: string;
  readonly roles: readonly string[];
  /** What a personal access token is bound to; undefined for a session, which may do all that its roles may. */
  readonly scopes: readonly string[] | undefined;
  /** Whether the account's mail address was verified when the token was issued. */
  readonly isMailVerified: boolean;
  /** Seconds of UTC at which the token ends. */
  readonly expiresS: number;
}

/** `unavailable`: the authentication service has not been heard yet, so nobody can tell. */
export type TokenCheck = Identity | "invalid" | "unavailable";

export interface AccessTokensOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: KeySet;
  readonly ended: EndedSessions;
  readonly now: () => UnixSeconds;
}

/** A verified token is believed this long without its signature: what ends a session is asked every time. */
const REMEMBERED_S = 30;
const MAX_REMEMBERED = 10_000;

/** Ours have about 600 characters. */
const MAX_TOKEN_LENGTH = 2_048;

/** Header parameters (RFC 7515 section 4.1) that would say which key to believe, or change what is signed. */
const REFUSED_HEADERS = ["jwk", "jku", "x5c", "x5u", "crit"] as const;

const CLOCK_TOLERANCE_S = 5;

interface Remembered {
  readonly identity: Identity;
  readonly untilS: number;
}

/** Checks access tokens (RFC 9068): ES256 alone, key by `kid` from the authentication service, session not ended. */
export class AccessTokens {
  readonly #options: AccessTokensOptions;
  readonly #remembered = new LruMap<string, Remembered>(MAX_REMEMBERED);

  constructor(options: AccessTokensOptions) {
    this.#options = options;
  }

  /** Answers at once for a token that was verified within the last seconds. */
  check(token: string): TokenCheck | Promise<TokenCheck> {
    const { ended, now } = this.#options;
    if (!ended.isKnown) return "unavailable";
    const remembered = this.#remembered.get(token);
    if (remembered === undefined) return this.#verify(token);
    if (now() >= remembered.untilS) {
      this.#remembered.delete(token);
      return this.#verify(token);
    }
    return ended.has(remembered.identity.session) ? "invalid" : remembered.identity;
  }

  async #verify(token: string): Promise<TokenCheck> {
    if (token.length > MAX_TOKEN_LENGTH || !isCanonicalToken(token)) return "invalid";
    const kid = keyIdOf(token);
    const key = kid === undefined ? "unknown-key" : await this.#options.keys.find(kid);
    if (key === "unavailable") return "unavailable";
    if (key === "unknown-key") return "invalid";
    const claims = await this.#claims(token, key);
    if (claims === undefined || this.#options.ended.has(claims.sid)) return "invalid";
    const identity = {
      owner: claims.sub as OwnerId,
      session: claims.sid,
      roles: claims.roles,
      scopes: claims.scope?.split(" "),
      isMailVerified: claims.mail_verified,
      expiresS: claims.exp,
    };
    this.#remember(token, identity, claims.exp);
    return identity;
  }

  async #claims(token: string, key: CryptoKey): Promise<AccessTokenClaims | undefined> {
    const { issuer, audience, now } = this.#options;
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: [ACCESS_TOKEN_HEADER.alg],
        typ: ACCESS_TOKEN_HEADER.typ,
        issuer,
        audience,
        requiredClaims: ["exp", "iat", "sub", "sid"],
        clockTolerance: CLOCK_TOLERANCE_S,
        currentDate: new Date(now() * 1000),
      });
      if (livesTooLong(payload.exp, now())) return undefined;
      return accessTokenClaimsSchema.safeParse(payload).data;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  #remember(token: string, identity: Identity, expiresS: number): void {
    const untilS = Math.min(this.#options.now() + REMEMBERED_S, expiresS);
    this.#remembered.set(token, { identity, untilS });
  }
}

/** The key that the token names; undefined when it is no token, brings a key of its own, or asks for an extension. */
function keyIdOf(token: string): string | undefined {
  try {
    const header = decodeProtectedHeader(token);
    const isPlain = REFUSED_HEADERS.every((name) => header[name] === undefined);
    return isPlain && header.alg === ACCESS_TOKEN_HEADER.alg ? header.kid : undefined;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
