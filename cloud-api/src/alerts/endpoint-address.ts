import { z } from "@hono/zod-openapi";
import type { Destinations } from "@purrimeter/notifier/destinations";
import { endpointUrl, NOT_PUBLIC } from "@purrimeter/notifier/endpoint-url";

const MAX_URL_LENGTH = 2_048;

const LOOPBACK = "127.0.0.1";

/** `localhost` is always this machine (RFC 6761, section 6.3), and is refused or allowed as its address is. */
function isLocalName({ hostname }: URL): boolean {
  const name = hostname.replace(/\.$/u, "");
  return name === "localhost" || name.endsWith(".localhost");
}

/** "the address is no URL" as a sentence. */
function sentence(reason: string): string {
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
}

/**
 * Why messages cannot go to a URL; undefined when nothing speaks against it yet. Names are not looked up here: whether they lead to
 * an allowed address is checked at each connection.
 */
export function refusalOfUrl(text: string, destinations: Destinations): string | undefined {
  const url = endpointUrl(text, destinations);
  if ("refused" in url) return sentence(url.refused);
  if (url.hash !== "") return "The address has a fragment (#): leave it out.";
  if (isLocalName(url) && !destinations.allows(LOOPBACK)) return sentence(NOT_PUBLIC);
  return undefined;
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
