import { expect, test } from "vitest";
import { isCanonicalToken } from "./access-tokens.ts";

test.each(["YQ.YWI.YWJj", "YQ", "_-8.a-_0", ""])("%s has one form", (token) => {
  expect(isCanonicalToken(token)).toBe(true);
});

test.each(["YQ==", "YR", "YQ.YWJ", "YQ.YWI.YWJj=", "Y", "+/8", "Y Q", "YQ\n", "YQ.YWI.YWI\u0000"])(
  "%j is another form of a token",
  (token) => {
    expect(isCanonicalToken(token)).toBe(false);
  },
);
