import { BlockList, isIP, isIPv6 } from "node:net";

/** IPv4 inside IPv6 as plain IPv4; a zone ("%eth0") is left out. */
function plain(address: string): string {
  const text = address.split("%")[0] ?? "";
  return text.toLowerCase().startsWith("::ffff:") && isIP(text.slice(7)) === 4 ? text.slice(7) : text;
}

/** Finds a client's address: the socket's peer, or what a trusted proxy says of it. */
export class ClientAddresses {
  readonly #trusted = new BlockList();
  readonly #hasTrusted: boolean;

  /** `trustedProxies`: addresses or CIDR blocks ("10.0.0.0/8") whose X-Forwarded-For is believed. */
  constructor(trustedProxies: readonly string[]) {
    this.#hasTrusted = trustedProxies.length > 0;
    for (const proxy of trustedProxies) {
      const [address = "", bits] = proxy.split("/");
      const family = isIPv6(address) ? "ipv6" : "ipv4";
      if (bits === undefined) this.#trusted.addAddress(address, family);
      else this.#trusted.addSubnet(address, Number(bits), family);
    }
  }

  /** The address nearest to us that is no trusted proxy; what lies beyond it anybody could have written. */
  of(peer: string, forwardedFor: string | undefined): string {
    let address = plain(peer);
    if (!this.#hasTrusted) return address;
    const hops = forwardedFor === undefined ? [] : forwardedFor.split(",");
    while (this.#isTrusted(address)) {
      const hop = plain(hops.pop()?.trim() ?? "");
      if (isIP(hop) === 0) break;
      address = hop;
    }
    return address;
  }

  #isTrusted(address: string): boolean {
    return isIP(address) !== 0 && this.#trusted.check(address, isIPv6(address) ? "ipv6" : "ipv4");
  }
}

/** What requests are counted by: an IPv4 address, or the /64 that an IPv6 subscriber chooses addresses from. */
export function rateKey(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail = ""] = address.split("::");
  const front = head === "" ? [] : head.split(":");
  const back = tail === "" ? [] : tail.split(":");
  const missing = Math.max(0, 8 - front.length - back.length);
  const groups = [...front, ...new Array<string>(missing).fill("0"), ...back];
  return groups.slice(0, 4).join(":");
}
