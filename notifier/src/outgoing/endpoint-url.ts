import { isIP } from "node:net";
import type { Destinations } from "./destinations.ts";

/** Why no message may go to an address; a constant text for people. */
export interface RefusedUrl {
  readonly refused: string;
}

/**
 * An endpoint's address that may be dialled, or why not: https alone, without a user, to a host that is a name or an allowed
 * address. The URL standard has written a host like 0x7f.1, 2130706433 or 0177.0.0.1 as the address that it is by then. Any port but
 * 0 may be dialled: nothing is sent before TLS has verified who listens there.
 */
export function endpointUrl(text: string, destinations: Destinations): URL | RefusedUrl {
  const url = URL.parse(text);
  if (url === null) return { refused: "the address is no URL" };
  if (url.protocol !== "https:") return { refused: "the address does not begin with https://" };
  if (url.username !== "" || url.password !== "")
    return { refused: "the address holds a user or a password" };
  if (url.port === "0") return { refused: "the address has no port that can be dialled" };
  const host = hostOf(url);
  if (host === "" || host === ".") return { refused: "the address has no host" };
  if (isIP(host) !== 0 && !destinations.allows(host)) return { refused: NOT_PUBLIC };
  return url;
}

/** Of an address of this machine, of a private network, or of no host at all. */
export const NOT_PUBLIC = "the address is not of the public network";

/** The host without the brackets of an IPv6 address. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/u, "$1");
}
