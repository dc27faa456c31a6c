import type { Context } from "hono";
import type { Env } from "../dependencies.ts";
import { accessCookie, isOwnPage } from "../accounts/session-cookies.ts";

const BEARER = /^Bearer +([\w\-.~+/]+=*) *$/i;

/**
 * The access token that a request carries: the header's (RFC 6750 section 2.1), or for a page of this origin the
 * cookie's. Undefined: none; empty: a header that holds none.
 */
export function accessTokenOf(context: Context<Env>): string | undefined {
  const header = context.req.header("authorization");
  if (header !== undefined) return BEARER.exec(header)?.[1] ?? "";
  return isOwnPage(context) ? accessCookie(context) : undefined;
}
