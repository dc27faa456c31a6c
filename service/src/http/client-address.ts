import { BlockList, isIP, isIPv4, isIPv6, SocketAddress } from "node:net";

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
    while (this.isTrusted(address)) {
      const hop = plain(hops.pop()?.trim() ?? "");
      if (isIP(hop) === 0) break;
      address = hop;
    }
    return address;
  }

  /** Whether the peer is a trusted proxy, whose connections are those of many clients. */
  isTrusted(peer: string): boolean {
    const address = plain(peer);
    return isIP(address) !== 0 && this.#trusted.check(address, isIPv6(address) ? "ipv6" : "ipv4");
  }
}

/**
 * What stands for one subscriber in limits: an IPv4 address, or the first 64 bits of an IPv6 address (a household has at least
 * that many; RFC 6177). Undefined when the text is no address.
 */
export function subscriberOf(text: string): string | undefined {
  if (isIPv4(text)) return text;
  if (!isIPv6(text) || text.includes("%")) return undefined;
  const { address } = new SocketAddress({ address: text, family: "ipv6" });
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/u.exec(address)?.[1];
  return mapped ?? `${groups(address).slice(0, 4).join(":")}::/64`;
}

function groups(address: string): string[] {
  const [head = "", tail] = address.split("::");
  const before = head === "" ? [] : head.split(":");
  if (tail === undefined) return before;
  const after = tail === "" ? [] : tail.split(":");
  return [...before, ...Array<string>(Math.max(0, 8 - before.length - after.length)).fill("0"), ...after];
}
