import { z } from "@hono/zod-openapi";
import { ID } from "./fields.ts";

/** Seconds that an access token lives. */
export const ACCESS_TOKEN_LIFETIME_S = 600;

/** The clocks of two services may differ by so much. */
const CLOCK_DIFFERENCE_S = 60;

/**
 * Whether the end of an access token is later than any that is signed now, UTC in seconds: a clock that was ahead signed it, and the
 * token would be good until then, long after the list of ended sessions has forgotten its session.
 */
export function livesTooLong(expiresS: number | undefined, nowS: number): boolean {
  return expiresS === undefined || expiresS > nowS + ACCESS_TOKEN_LIFETIME_S + CLOCK_DIFFERENCE_S;
}

/** JOSE header of an access token (RFC 9068, RFC 8725: one algorithm, one type); its `kid` is one of the JWKS. */
export const ACCESS_TOKEN_HEADER = { alg: "ES256", typ: "at+jwt" } as const;

/**
 * Whether all parts of a token are in the one form that their bytes have: base64url without padding, whose last digit has no
 * spare bits set (RFC 7515 section 2, RFC 4648 section 3.5). Decoders let the others pass, and a token that is refused by its
 * text would then have other texts.
 */
export function isCanonicalToken(token: string): boolean {
  return token.split(".").every((part) => Buffer.from(part, "base64url").toString("base64url") === part);
}

/** What a personal access token may be for; the API asks for one of them on every route. */
export const SCOPES = [
  "tags:read",
  "tags:write",
  "tags:command",
  "locations:read",
  "geofences:read",
  "geofences:write",
  "alerts:read",
  "alerts:write",
] as const;

export type Scope = (typeof SCOPES)[number];

const id = z.string().regex(ID);

/** Claims of an access token (RFC 9068) beside `iss` and `aud`, which are configuration. Unknown claims are ignored. */
export const accessTokenClaimsSchema = z.object({
  /** The owner's id. */
  sub: id,
  /** The session. Refuse the token when the session has ended. */
  sid: id,
  roles: z.array(z.string()),
  /** Whether somebody has shown to read the account's mail address. */
  mail_verified: z.boolean().default(false),
  /** Seconds of UTC. */
  exp: z.number(),
  /**
   * Only in tokens that a personal access token was exchanged for: scopes, with single spaces between them (RFC 8693,
   * 4.2). `sid` is the personal token's id then, and ends like a session. Without this claim everything that the roles
   * allow is allowed.
   */
  scope: z.string().max(1_024).optional(),
});

export type AccessTokenClaims = z.infer<typeof accessTokenClaimsSchema>;

/** Starts every personal access token, so that scanners for leaked secrets find it. */
export const PERSONAL_TOKEN_PREFIX = "purr_pat_";

/** A whole personal access token: the prefix and 256 random bits as base64url. */
export const PERSONAL_TOKEN = /^purr_pat_[\w-]{43}$/;
