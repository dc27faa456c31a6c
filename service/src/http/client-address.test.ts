import { describe, expect, it } from "vitest";
import { ClientAddresses, subscriberOf } from "./client-address.ts";

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

  it.each([
    ["10.1.2.3", true],
    ["::ffff:10.1.2.3", true],
    ["fd00::1%eth0", true],
    ["203.0.113.9", false],
    ["", false],
  ])("knows whether %s is a proxy", (peer, isTrusted) => {
    expect(proxied.isTrusted(peer)).toBe(isTrusted);
  });
});

describe("subscriberOf", () => {
  it.each([
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["::ffff:c000:207", "192.0.2.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0DB8:0001:0002::9", "2001:db8:1:2::/64"],
    ["2001:db8:1:2::", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::", "0:0:0:0::/64"],
  ])("of %s is %s", (text, subscriber) => {
    expect(subscriberOf(text)).toBe(subscriber);
  });

  it.each([
    ...["", "localhost", "192.0.2", "192.0.2.256", "1.2.3.4:80", "[::1]", "fe80::1%eth0"],
    "1.2.3.4, 5.6.7.8",
  ])("%j is no address", (text) => {
    expect(subscriberOf(text)).toBeUndefined();
  });
});
