import { expect, test } from "vitest";
import { addressPrefix } from "./address-prefix.ts";

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:0DB8:0001:0002::9", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["::", "0:0:0:0::/64"],
])("%s counts as %s", (text, prefix) => {
  expect(addressPrefix(text)).toBe(prefix);
});

test.each([
  "",
  "localhost",
  "192.0.2",
  "192.0.2.256",
  "1.2.3.4:80",
  "[::1]",
  "fe80::1%eth0",
  "1.2.3.4, 5.6.7.8",
])("%j is no address", (text) => {
  expect(addressPrefix(text)).toBeUndefined();
});
