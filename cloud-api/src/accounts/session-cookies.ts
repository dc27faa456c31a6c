import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { Env } from "../dependencies.ts";

/** As long as a session lives without being used. */
const REFRESH_MAX_AGE_S = 14 * 86_400;

/** `__Host-` (RFC 6265bis section 4.1.3): no other host of the domain can set it, and it goes to this host alone. */
const COOKIE = { prefix: "host", path: "/", secure: true, httpOnly: true, sameSite: "Strict" } as const;

/** Tokens that a page keeps in cookies. */
export interface CookieTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Seconds. */
  readonly expiresIn: number;
}

/**
 * Whether a page of this very origin asks, as its browser says: only then are cookies taken or set, whatever the method.
 * SameSite alone would let in other ports and subdomains, which are the same site. Browsers send Sec-Fetch-Site to
 * secure origins; those that do not send at least Origin with what changes something.
 */
export function isOwnPage(context: Context<Env>): boolean {
  const host = context.req.header("host") ?? new URL(context.req.url).host;
  const origin = context.req.header("origin");
  if (origin !== undefined && origin !== `https://${host.toLowerCase()}`) return false;
  const site = context.req.header("sec-fetch-site");
  return site === undefined ? origin !== undefined : site === "same-origin";
}

/** The access token of a page of ours. Ask isOwnPage first. */
export function accessCookie(context: Context<Env>): string | undefined {
  return getCookie(context, "access", "host");
}

/** The refresh token of a page of ours. Ask isOwnPage first. */
export function refreshCookie(context: Context<Env>): string | undefined {
  return getCookie(context, "refresh", "host");
}

/** Hands the tokens to the browser, out of reach of any script. */
export function setSessionCookies(context: Context<Env>, tokens: CookieTokens): void {
  setCookie(context, "access", tokens.accessToken, { ...COOKIE, maxAge: tokens.expiresIn });
  setCookie(context, "refresh", tokens.refreshToken, { ...COOKIE, maxAge: REFRESH_MAX_AGE_S });
}

/** Takes them away again. */
export function clearSessionCookies(context: Context<Env>): void {
  for (const name of ["access", "refresh"]) deleteCookie(context, name, COOKIE);
}
