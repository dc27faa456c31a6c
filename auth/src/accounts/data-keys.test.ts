import { expect, test } from "vitest";
import { seal, unseal } from "./data-keys.ts";

const KEY = Buffer.alloc(32, 7);
const MAIL = Buffer.from("mia@example.org");

test("opens what it sealed, and nothing with another key, another subject or a flipped bit", () => {
  const sealed = seal(KEY, MAIL, "mail of 1");
  expect(Buffer.from(unseal(KEY, sealed, "mail of 1"))).toEqual(MAIL);
  expect(() => unseal(Buffer.alloc(32, 8), sealed, "mail of 1")).toThrow("do not open");
  expect(() => unseal(KEY, sealed, "mail of 2")).toThrow("do not open");
  for (let i = 0; i < sealed.length; i++) {
    const changed = Buffer.from(sealed);
    changed[i] = (changed[i] ?? 0) ^ 1;
    expect(() => unseal(KEY, changed, "mail of 1")).toThrow("do not open");
  }
});

test("opens what databases hold already: nonce, ciphertext, tag", () => {
  const stored = "75d10725ab440c90cca76cce56dccbd745979a46b1d10cabaf7157bed3822e3c3e8325625955790c41c2ef";
  expect(Buffer.from(unseal(KEY, Buffer.from(stored, "hex"), "mail of 1"))).toEqual(MAIL);
});
