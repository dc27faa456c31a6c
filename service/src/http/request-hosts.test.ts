import { expect, test } from "vitest";
import { namesOnly, requestHosts } from "./request-hosts.ts";

test.each([
  [["Host", "Localhost:8443"], "/", ["localhost"]],
  [["HOST", "[::1]:8443", "X-Host", "a"], "/", ["[::1]"]],
  [["host", "a", "Host", "b"], "/", ["a", "b"]],
  [[], "/", []],
  [["Host", "a"], "https://b@c:1/x", ["a", "c"]],
  [["Host", "a"], "*", ["a", ""]],
  [["Host", "a"], "http://", ["a", ""]],
])("%j %s names %j", (rawHeaders, url, hosts) => {
  expect(requestHosts({ rawHeaders, url })).toEqual(hosts);
});

test("all of them must be ours, and there must be one", () => {
  const ours = new Set(["a", "b"]);
  expect(namesOnly({ rawHeaders: ["Host", "a:1"], url: "http://b/" }, ours)).toBe(true);
  expect(namesOnly({ rawHeaders: ["Host", "a", "Host", "evil"], url: "/" }, ours)).toBe(false);
  expect(namesOnly({ rawHeaders: [], url: "/" }, ours)).toBe(false);
});
