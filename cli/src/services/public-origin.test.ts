import { expect, test } from "vitest";
import { knownOrigin, publicOrigin } from "./public-origin.ts";

const hostNames = ["192.0.2.1", "cats.example.org"];

test("the origin is the public URL, or else the first host name and the port", () => {
  const publicUrl = "https://cats.example.com";
  for (const originOf of [publicOrigin, knownOrigin]) {
    expect(originOf({ publicUrl, hostNames, api: { port: 0 } })).toBe(publicUrl);
    expect(originOf({ publicUrl: undefined, hostNames, api: { port: 443 } })).toBe(
      "https://cats.example.org",
    );
    expect(originOf({ publicUrl: undefined, hostNames: [], api: { port: 8444 } })).toBe(
      "https://localhost:8444",
    );
  }
});

test("with any port, messages have no link rather than one to the usual port", () => {
  expect(knownOrigin({ publicUrl: undefined, hostNames, api: { port: 0 } })).toBeUndefined();
});
