import { Destinations } from "@purrimeter/notifier/destinations";
import { describe, expect, it } from "vitest";
import { canonicalUrl, refusalOfUrl, urlSchema } from "./endpoint-address.ts";

const refusal = (url: string): string | undefined => refusalOfUrl(url, new Destinations([]));

describe("the URL of an endpoint", () => {
  it.each([
    "https://hooks.example.org/cats",
    "https://hooks.example.org:8443/a?b=c",
    "https://93.184.216.34/",
    "https://[2606:4700::1111]/x",
    "https://xn--ktzchen-9wa.example/",
    "https://localhost.example.org/",
  ])("%s may be one", (url) => {
    expect(refusal(url)).toBeUndefined();
    expect(urlSchema.safeParse(url).success).toBe(true);
  });

  it.each([
    "https://127.0.0.1/",
    "https://127.1/",
    "https://0x7f.1/",
    "https://2130706433/",
    "https://0177.0.0.1/",
    "https://0.0.0.0/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1:8443/",
    "https://169.254.169.254/latest/meta-data",
    "https://100.64.0.1/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:a9fe:a9fe]/",
    "https://[::7f00:1]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[64:ff9b:1::1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:53aa:64c::]/",
    "https://[fc00::1]/",
    "https://[fd12:3456::1]/",
    "https://[fe80::1]/",
    "https://[ff02::1]/",
    "https://localhost/",
    "https://LOCALHOST./",
    "https://a.localhost/",
    "https://①②⑦.⓪.⓪.①/",
    "https://127。0。0。1/",
  ])("%s is this machine's or a private network's", (url) => {
    expect(refusal(url)).toBe("The address is not of the public network.");
  });

  it.each([
    ["http://hooks.example.org/", /https/],
    ["ftp://hooks.example.org/", /https/],
    ["file:///etc/passwd", /https/],
    ["gopher://127.0.0.1:25/_HELO", /https/],
    ["javascript:alert(1)", /https/],
    ["https://user@hooks.example.org/", /user/],
    ["https://:secret@hooks.example.org/", /password/],
    ["https://hooks.example.org@127.0.0.1/", /user/],
    ["https://hooks.example.org:0/", /port/],
    ["https://hooks.example.org/#secret", /fragment/],
    ["https://", /no URL/],
    ["//hooks.example.org/", /no URL/],
    ["https://[::1", /no URL/],
    ["https://a b/", /no URL/],
    ["hooks.example.org", /no URL/],
  ])("%s is refused with the reason", (url, reason) => {
    expect(refusal(url)).toMatch(reason);
  });

  it.each([
    "https://hooks.example.org/\r\nHost: evil",
    "https://hooks.exa\tmple.org/",
    " https://hooks.example.org/",
    "https://hooks.example.org/\u202ecod",
    "https://hooks.example.org/\u200b",
    "https://hooks.example.org/\ud800",
    "",
    `https://hooks.example.org/${"a".repeat(2_048)}`,
  ])("%j is not taken, whatever a parser makes of it", (url) => {
    expect(urlSchema.safeParse(url).success).toBe(false);
  });

  it("may be in a network that the operator allows", () => {
    const destinations = new Destinations(["127.0.0.0/8"]);
    for (const url of ["https://localhost:8443/", "https://127.0.0.1/"])
      expect(refusalOfUrl(url, destinations)).toBeUndefined();
    expect(refusalOfUrl("https://10.0.0.1/", destinations)).toBeDefined();
  });

  it("is kept as it is connected to", () => {
    expect(canonicalUrl("HTTPS://Hooks.Example.org:443/a/../b")).toBe("https://hooks.example.org/b");
    expect(canonicalUrl("https://kätzchen.example/")).toBe("https://xn--ktzchen-5wa.example/");
  });
});
