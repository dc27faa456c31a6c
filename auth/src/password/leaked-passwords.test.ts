import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isCommonPassword } from "./is-common-password.ts";
import { LEAKED_KEY_BYTES, LEAKED_LENGTHS } from "./leaked-password-key.ts";
import { isLeakedPassword, LEAKED_PASSWORDS } from "./leaked-passwords.ts";
import {
  judgePassword,
  MIN_PASSWORD_LENGTH,
  MIN_PASSWORD_LENGTH_WITH_SECOND_FACTOR,
} from "./password-policy.ts";

const MAIL = "mia@cats.example";

/** As the list has them, from its head, its middle and its end; none of them is made of words that a rule knows. */
const LONG = [
  ...["qazwsxedcrfvtgb", "q1w2e3r4t5y6u7i8", "111222333444555", "1234qwerasdfzxcv", "passwordstandard"],
  ...["ne_e_pod_chehyl", "polniypizdec0211", "momsanaladventure", "mailcreated5240", "zcnht198lekz715"],
];
const SHORT = [
  "maverick",
  "q1w2e3r4t5",
  "cocacola",
  "elephant",
  "4815162342",
  "escalade",
  "buffalo1",
  "babycake",
];

describe("leaked passwords", () => {
  test("are more than 3,000 of each length that the policy asks for (ASVS 5.0, 6.2.4)", () => {
    expect(LEAKED_LENGTHS).toEqual({
      short: MIN_PASSWORD_LENGTH_WITH_SECOND_FACTOR,
      long: MIN_PASSWORD_LENGTH,
    });
    expect(LEAKED_PASSWORDS.short).toBe(100_000);
    expect(LEAKED_PASSWORDS.long).toBe(9_728);
  });

  test.each(LONG)("%s is refused, which would pass otherwise", (password) => {
    expect(isCommonPassword(password, [])).toBe(false);
    expect(judgePassword(password, MAIL)).toBe("common");
    expect(judgePassword(password.toUpperCase(), MAIL)).toBe("common");
  });

  test.each(SHORT)("%s is refused beside a second factor, which would pass otherwise", (password) => {
    expect(isCommonPassword(password, [])).toBe(false);
    expect(judgePassword(password, MAIL, MIN_PASSWORD_LENGTH_WITH_SECOND_FACTOR)).toBe("common");
  });

  test("are found wherever they stand, and nothing else is", () => {
    for (const near of ["qazwsxedcrfvtgc", "mavericj", "maverick-tangerine-9"])
      expect(isLeakedPassword(near)).toBe(false);
    for (let i = 0; i < 1_000; i++)
      expect(isLeakedPassword(randomBytes(6 + (i % 20)).toString("base64url"))).toBe(false);
  });

  test.each(["leaked-8-to-14.bin", "leaked-15-up.bin"])("lie in %s in ascending order, each once", (name) => {
    const table = readFileSync(new URL(`../../data/${name}`, import.meta.url));
    expect(table.length % LEAKED_KEY_BYTES).toBe(0);
    for (let at = LEAKED_KEY_BYTES; at < table.length; at += LEAKED_KEY_BYTES) {
      const order = table.compare(table, at, at + LEAKED_KEY_BYTES, at - LEAKED_KEY_BYTES, at);
      if (order >= 0) expect(order, `at ${at}`).toBe(-1);
    }
  });
});
