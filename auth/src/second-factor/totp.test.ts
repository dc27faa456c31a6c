import { expect, test } from "vitest";
import { base32 } from "../base32.ts";
import { matchTotp, STEP_S, totpCode, totpUri } from "./totp.ts";

const secret = Buffer.from("12345678901234567890");

// RFC 6238, appendix B, SHA1: the last six of its eight digits.
test.each([
  [59, "287082"],
  [1_111_111_109, "081804"],
  [1_111_111_111, "050471"],
  [1_234_567_890, "005924"],
  [2_000_000_000, "279037"],
  [20_000_000_000, "353130"],
])("the code at %i s is %s", (atS, code) => {
  expect(totpCode(secret, Math.floor(atS / STEP_S))).toBe(code);
  expect(matchTotp(secret, code, atS, 0)).toBe(Math.floor(atS / STEP_S));
});

test("a code is good one step before and after its own, and no longer", () => {
  const code = totpCode(secret, 1_000);
  const good = [-2, -1, 0, 1, 2].map((steps) => matchTotp(secret, code, (1_000 + steps) * STEP_S, 0));
  expect(good).toEqual([undefined, 1_000, 1_000, 1_000, undefined]);
});

test("a code of a step that was used, or of one before it, is refused", () => {
  expect(matchTotp(secret, totpCode(secret, 1_000), 1_000 * STEP_S, 1_000)).toBeUndefined();
  expect(matchTotp(secret, totpCode(secret, 999), 1_000 * STEP_S, 1_000)).toBeUndefined();
  expect(matchTotp(secret, totpCode(secret, 1_001), 1_000 * STEP_S, 1_000)).toBe(1_001);
});

test.each(["", "0", "0050471", "O50471", "５０４７１０"])("%j is no code", (code) => {
  expect(matchTotp(secret, code, 1_111_111_111, 0)).toBeUndefined();
});

// RFC 4648, 10.
test.each([
  ["", ""],
  ["f", "MY"],
  ["fo", "MZXQ"],
  ["foo", "MZXW6"],
  ["foob", "MZXW6YQ"],
  ["fooba", "MZXW6YTB"],
  ["foobar", "MZXW6YTBOI"],
])("base32 of %j is %s", (text, encoded) => {
  expect(base32(Buffer.from(text))).toBe(encoded);
});

test("apps are told everything by the link", () => {
  const link =
    "otpauth://totp/Purrimeter%3Amia%40example.org?secret=MY&issuer=Purrimeter&algorithm=SHA1&digits=6&period=30";
  expect(totpUri("MY", "mia@example.org")).toBe(link);
});
