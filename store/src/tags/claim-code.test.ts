import { expect, test } from "vitest";
import { createClaimCode, hashClaimCode } from "./claim-code.ts";

test("codes differ and can be typed", () => {
  const codes = Array.from({ length: 1_000 }, createClaimCode);
  expect(new Set(codes).size).toBe(1_000);
  for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{5}-){4}[0-9A-HJKMNP-TV-Z]{5}$/);
});

test("what people mistake for another is the same, everything else is not", () => {
  const hash = (code: string) => hashClaimCode(code).toString("hex");
  expect(hash("01ABC-DEFGH")).toBe(hash(" ol abcdefgh"));
  expect(hash("01ABC-DEFGH")).not.toBe(hash("01ABC-DEFGJ"));
});
