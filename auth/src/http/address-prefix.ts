import { isIPv4, isIPv6, SocketAddress } from "node:net";

/**
 * What stands for one subscriber in throttles: an IPv4 address, or the first 64 bits of an IPv6 address (a household
 * has at least that many; RFC 6177). Undefined when the text is no address.
 */
export function addressPrefix(text: string): string | undefined {
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
