import { expect, test } from "vitest";
import { asMailAddress } from "./mail-address.ts";

test.each([
  ["Mia@Example.ORG", "mia@example.org"],
  ["mia.miller+cats@example.org", "mia.miller+cats@example.org"],
  ["MÜLLER@münchen.example", "müller@xn--mnchen-3ya.example"],
  ["e\u0301@example.org", "é@example.org"],
  ["o'neil@sub.example.co.uk", "o'neil@sub.example.co.uk"],
])("%s is %s", (text, mail) => {
  expect(asMailAddress(text)).toBe(mail);
});

test.each([
  ...[
    "",
    "mia",
    "@example.org",
    "mia@",
    "mia@localhost",
    "a b@example.org",
    "mia@exa mple.org",
    "mia@-a.example",
  ],
  ...[
    "mia@example..org",
    ".mia@example.org",
    "mi..a@example.org",
    "mia.@example.org",
    "a@b@example.org",
    "mia@[127.0.0.1]",
    "mia@127.0.0.1",
    "mia@0x7f.1",
    "mia@%65xample.org",
    "mia@exam\tple.org",
  ],
  ...["mia@example.org\n", "mia\r\nBcc: x@example.org", "<mia@example.org>", `${"a".repeat(65)}@example.org`],
  ...[`a@${"b".repeat(64)}.example`, `a@${"b.".repeat(126)}example`],
])("%j is none", (text) => {
  expect(asMailAddress(text)).toBeUndefined();
});
