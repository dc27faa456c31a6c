import { lookup as lookUp, type LookupAddress } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

/** Not of the public network: IANA's registry of special addresses (RFC 6890), and groups (RFC 5771). */
const SPECIAL_V4 = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"],
  ...["192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"],
  ...["198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"],
];

/** All that IANA gives out (RFC 4291): IPv4 in IPv6, loopback, link-local and local addresses are outside. */
const GLOBAL_V6 = "2000::/3";

/** Of these: protocols' own, tunnels that name an IPv4 address, documentation. */
const SPECIAL_V6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

/** Code of the error for a host that leads to an address that is not public. */
export const NOT_PUBLIC = "EADDRNOTPUBLIC";

function listOf(blocks: readonly string[], family: "ipv4" | "ipv6"): BlockList {
  const list = new BlockList();
  for (const block of blocks) {
    const [net = "", prefix] = block.split("/");
    list.addSubnet(net, Number(prefix), family);
  }
  return list;
}

const special = { v4: listOf(SPECIAL_V4, "ipv4"), v6: listOf(SPECIAL_V6, "ipv6") };
const global = listOf([GLOBAL_V6], "ipv6");

/** Whether the text is an IP address of the public network. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !special.v4.check(address, "ipv4");
    case 6:
      return global.check(address, "ipv6") && !special.v6.check(address, "ipv6");
    default:
      return false;
  }
}

class NotPublicError extends Error {
  readonly code = NOT_PUBLIC;
}

/**
 * Looks a host name up, and refuses it when one of its addresses is not public. The connection goes to the addresses that were
 * checked, so that a name cannot lead elsewhere a moment later. An address in place of a name is never looked up: the caller
 * has to check it.
 */
export const lookUpPublic: LookupFunction = (hostname, options, callback) => {
  lookUp(hostname, { ...options, all: true }, (error, addresses) => {
    const refused = error ?? refusalOf(addresses);
    if (refused !== null) return callback(refused, []);
    const [first] = addresses;
    if (options.all === true || first === undefined) return callback(null, addresses);
    callback(null, first.address, first.family);
  });
};

function refusalOf(addresses: readonly LookupAddress[]): NotPublicError | null {
  const isPublic = addresses.every(({ address }) => isPublicAddress(address));
  return isPublic ? null : new NotPublicError("the host has an address that is not public");
}
