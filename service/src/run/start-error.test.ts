import { expect, test } from "vitest";
import { startErrorLine } from "./start-error.ts";

test.each([
  [{ code: "EADDRINUSE", port: 443 }, "port 443 is in use"],
  [{ code: "EACCES", port: 443 }, "port 443 may not be used by this user"],
  [
    { code: "EADDRNOTAVAIL", port: 1, address: "192.0.2.1" },
    "cannot listen on 192.0.2.1: this machine does not have that address",
  ],
  [{ code: "EINVAL", port: 1, address: "a" }, "cannot listen on a:1 (EINVAL)"],
  [new Error("first\nsecond"), "first"],
  [Object.assign(new Error("no key"), { code: "ENOENT" }), "no key"],
  [new Error(""), "unknown error"],
  [{}, "unknown error"],
])("%# is one line", (error, line) => {
  expect(startErrorLine(error)).toBe(line);
});
