import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { DEVICE_MARK_HEADER } from "@purrimeter/auth-api/device-marks";
import { SESSION_IDLE_LIMIT_S } from "@purrimeter/auth-api/limits";
import type { Tokens } from "@purrimeter/auth-api/login";
import type { Env } from "../dependencies.ts";

/** `__Host-` (RFC 6265bis section 4.1.3): no other host of the domain can set it, and it goes to this host alone. */
const COOKIE = { prefix: "host", path: "/", secure: true, httpOnly: true, sameSite: "Strict" } as const;

/** Longer than a browser keeps any cookie (RFC 6265bis, section 5.5: 400 days). */
const DEVICE_COOKIE_S = 400 * 86_400;

/** What a mark looks like; anything else is not passed on. */
const DEVICE_MARK = /^[\w-]{1,128}$/;

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

/** The mark of a familiar device: the header's, or for a page of ours the cookie's. */
export function sentDeviceMark(context: Context<Env>): string | undefined {
  const cookie = isOwnPage(context) ? getCookie(context, "device", "host") : undefined;
  const mark = context.req.header(DEVICE_MARK_HEADER) ?? cookie;
  return mark !== undefined && DEVICE_MARK.test(mark) ? mark : undefined;
}

/** Hands the mark of the device on: to a page of ours as a cookie, which stays when the session ends. */
export function passDeviceMark(context: Context<Env>, mark: string | undefined): void {
  if (mark === undefined) return;
  if (isOwnPage(context)) setCookie(context, "device", mark, { ...COOKIE, maxAge: DEVICE_COOKIE_S });
  else context.header(DEVICE_MARK_HEADER, mark);
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
