/** What the gateway and this service say to each other beyond the owners' endpoints. README.md shows the whole. */

/** Common name that the gateway's certificate carries; nobody else may connect. */
export const GATEWAY_NAME = "cloud-api";

/**
 * Header in which the gateway names the peer's IP address (v4 or v6, no port). Only the gateway can connect, so
 * nobody else can set it; the gateway must drop what its own clients send under this name.
 */
export const CLIENT_ADDRESS_HEADER = "purrimeter-client-address";

/**
 * Header of an answer that ended sessions: their ids, comma separated. The gateway refuses them before it passes
 * the answer on, so that a client never sees its token work after it was told that the session is over.
 */
export const ENDED_SESSIONS_HEADER = "purrimeter-ended-sessions";

/** A session that ended while access tokens of it may still be inside their lifetime. */
export interface EndedSession {
  /** The `sid` claim of the session's access tokens: 32 hex digits. */
  readonly sid: string;
  /** Seconds of UTC after which no access token of the session can be valid any more: the gateway may forget it. */
  readonly until: number;
}

/**
 * Answer of `GET /sessions/ended?after=CURSOR&waitS=N`: sessions that ended after the cursor, oldest first, at most
 * 1,000. Without `after`: every session whose tokens may still live. With `waitS` (0 to 30) an empty answer is held
 * until something ends or the time is over, so that one waiting request hears of it within milliseconds.
 */
export interface EndedSessions {
  readonly items: readonly EndedSession[];
  /** Ask with this next time. */
  readonly next: number;
  /** True when the cursor is older than what is remembered: start again without `after`. */
  readonly reset: boolean;
}

/**
 * Answer of `GET /erasures`: ids of accounts that were closed, at most 100. The gateway erases what it has of each, then
 * says so with `DELETE /erasures/{account}`. An account is listed again until its last access token has expired everywhere.
 */
export interface ListedErasures {
  readonly items: readonly string[];
}

/** What a personal access token may be for; the gateway asks for one of them on every route. */
export const SCOPES = [
  "tags:read",
  "tags:write",
  "locations:read",
  "geofences:read",
  "geofences:write",
] as const;

export type Scope = (typeof SCOPES)[number];

/** Claims of an access token (RFC 9068): header `alg` ES256, `typ` at+jwt, `kid` from the JWKS. */
export interface AccessTokenClaims {
  readonly iss: string;
  readonly aud: string;
  /** The owner's id: 32 hex digits. */
  readonly sub: string;
  /** RFC 9068 wants a client; there is one. */
  readonly client_id: "purrimeter";
  readonly roles: readonly string[];
  readonly iat: number;
  readonly exp: number;
  /** Random, 32 hex digits. */
  readonly jti: string;
  /** The session: 32 hex digits. Refuse the token when the session has ended. */
  readonly sid: string;
  /**
   * Only in tokens that a personal access token was exchanged for: scopes, space separated (RFC 8693, 4.2). `sid` is the
   * personal token's id then, and ends like a session. Without this claim everything that the roles allow is allowed.
   */
  readonly scope?: string;
}

/** Seconds that an access token lives. */
export const ACCESS_TOKEN_LIFETIME_S = 600;
