import { isPublicAddress } from "@purrimeter/service/public-address";
import { BlockList, isIP } from "node:net";

/** Which addresses messages may go to: those of the public network, and networks that the operator allows. */
export class Destinations {
  readonly #allowed = new BlockList();

  /** `networks`: CIDR blocks of IPv4 or IPv6, such as "192.168.1.0/24". RangeError for one that is none. */
  constructor(networks: readonly string[]) {
    for (const network of networks) {
      const [net = "", prefix = ""] = network.split("/");
      const family = isIP(net) === 6 ? "ipv6" : "ipv4";
      if (isIP(net) === 0 || !/^\d{1,3}$/u.test(prefix)) throw new RangeError(`${network} is no network`);
      this.#allowed.addSubnet(net, Number(prefix), family);
    }
  }

  /** Whether the text is an IP address that messages may go to. Whatever is no address may not. */
  allows(address: string): boolean {
    const family = isIP(address);
    if (family === 0) return false;
    return isPublicAddress(address) || this.#allowed.check(address, family === 6 ? "ipv6" : "ipv4");
  }
}
