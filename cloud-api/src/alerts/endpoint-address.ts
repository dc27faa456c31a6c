import { isIP } from "node:net";
import { z } from "@hono/zod-openapi";

const MAX_URL_LENGTH = 2_048;

/** Whether messages may go to an IP address. */
export type AllowsAddress = (address: string) => boolean;

/** The host without the brackets of an IPv6 address; `localhost` as what it always is (RFC 6761, section 6.3). */
function hostOf({ hostname }: URL): string {
  const host = hostname.replace(/\.$/u, "");
  if (host === "localhost" || host.endsWith(".localhost")) return "127.0.0.1";
  return host.replace(/^\[(.*)\]$/u, "$1");
}

/**
 * Why messages cannot go to a URL; undefined when nothing speaks against it yet. Names are not looked up here: whether they lead to
 * an allowed address is checked at each connection.
 */
export function refusalOfUrl(text: string, allows: AllowsAddress): string | undefined {
  const url = URL.parse(text);
  if (url === null) return "This is not a URL.";
  if (url.protocol !== "https:") return "The URL has to begin with https://.";
  if (url.username !== "" || url.password !== "")
    return "The URL holds a user name or a password: leave it out.";
  if (url.hash !== "") return "The URL has a fragment (#): leave it out.";
  if (url.port === "0") return "The URL has no port that can be connected to.";
  const host = hostOf(url);
  if (host === "") return "The URL has no host.";
  const isRefused = isIP(host) !== 0 && !allows(host);
  return isRefused
    ? "The host is this machine's, of a private network or of no host: nothing is sent there."
    : undefined;
}

/** The text of a URL as it is sent; whether messages may go there is for refusalOfUrl. */
export const urlSchema = z
  .string()
  .min(1)
  .max(MAX_URL_LENGTH)
  // What WHATWG URL drops in silence hides where a URL leads.
  .refine(
    (text) => !/[\p{Cc}\p{Cf}\p{Z}]/u.test(text) && text.isWellFormed(),
    "A URL has no blanks and no control characters.",
  )
  .openapi({ format: "uri", example: "https://hooks.example.org/cats" });

/** As it is kept: in the form in which it is connected to. */
export function canonicalUrl(text: string): string {
  return URL.parse(text)?.href ?? text;
}
