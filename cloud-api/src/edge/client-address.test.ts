import { describe, expect, it } from "vitest";
import { ClientAddresses, rateKey } from "./client-address.ts";

describe("ClientAddresses", () => {
  const direct = new ClientAddresses([]);
  const proxied = new ClientAddresses(["10.0.0.0/8", "fd00::/16", "192.0.2.7"]);

  it.each([
    [direct, "203.0.113.9", "198.51.100.1", "203.0.113.9"],
    [direct, "::ffff:203.0.113.9", undefined, "203.0.113.9"],
    [proxied, "203.0.113.9", "198.51.100.1", "203.0.113.9"],
    [proxied, "10.1.2.3", "198.51.100.1", "198.51.100.1"],
    [proxied, "::ffff:10.1.2.3", "1.1.1.1, 198.51.100.1", "198.51.100.1"],
    [proxied, "10.1.2.3", "1.1.1.1, 198.51.100.1, 192.0.2.7", "198.51.100.1"],
    [proxied, "fd00::1", "2001:db8::5", "2001:db8::5"],
    [proxied, "10.1.2.3", undefined, "10.1.2.3"],
    [proxied, "10.1.2.3", "nonsense", "10.1.2.3"],
    [proxied, "10.1.2.3", "", "10.1.2.3"],
  ])("%# finds the nearest address that is no proxy of ours", (addresses, peer, forwarded, expected) => {
    expect(addresses.of(peer, forwarded)).toBe(expected);
  });
});

describe("rateKey", () => {
  it.each([
    ["203.0.113.9", "203.0.113.9"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["2001:db8::6", "2001:db8:0:0"],
    ["::1", "0:0:0:0"],
    ["2001:db8:1:2::", "2001:db8:1:2"],
  ])("of %s is %s", (address, key) => {
    expect(rateKey(address)).toBe(key);
  });
});
