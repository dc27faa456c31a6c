import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { SESSION_IDLE_LIMIT_S } from "@purrimeter/auth-api/limits";
import type { Tokens } from "@purrimeter/auth-api/login";
import type { Env } from "../dependencies.ts";

/** `__Host-` (RFC 6265bis section 4.1.3): no other host of the domain can set it, and it goes to this host alone. */
const COOKIE = { prefix: "host", path: "/", secure: true, httpOnly: true, sameSite: "Strict" } as const;

/** A cookie that cannot be a refresh token is as good as none; any of these can be sent in a header. */
const REFRESH_TOKEN = /^[\w.-]{1,2048}$/;

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

/** The refresh token of a page of ours, "" when it has none. Ask isOwnPage first. */
export function refreshCookie(context: Context<Env>): string {
  const cookie = getCookie(context, "refresh", "host") ?? "";
  return REFRESH_TOKEN.test(cookie) ? cookie : "";
}

/** Hands the tokens to the browser, out of reach of any script. */
export function setSessionCookies(context: Context<Env>, tokens: Tokens): void {
  setCookie(context, "access", tokens.accessToken, { ...COOKIE, maxAge: tokens.expiresIn });
  setCookie(context, "refresh", tokens.refreshToken, { ...COOKIE, maxAge: SESSION_IDLE_LIMIT_S });
}

/** Takes them away again. */
export function clearSessionCookies(context: Context<Env>): void {
  for (const name of ["access", "refresh"]) deleteCookie(context, name, COOKIE);
}
