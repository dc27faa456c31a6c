import { randomBytes } from "node:crypto";
import { expect, test, vi } from "vitest";
import { judgePassword, MIN_PASSWORD_LENGTH_WITH_SECOND_FACTOR } from "./password-policy.ts";

const MAIL = "mia.miller@cats.example";

test.each([
  "passwordpassword",
  "Password1234567",
  "P@ssw0rd12345678",
  "p.a.s.s.w.o.r.d.1.2.3",
  "123456789012345",
  "111111111111111",
  "987654321987654321",
  "qwertyuiopasdfghjkl",
  "1q2w3e4r5t6y7u8i9o0p",
  "iloveyouforever1",
  "xkcdxkcdxkcdxkcd",
  "Wednesday September 2023",
  "purrimeterpurrimeter",
  "               a b c d",
  "correct horse battery staple",
  MAIL,
  "miamillermiamiller1",
])("%s is common", (password) => {
  expect(judgePassword(password, MAIL)).toBe("common");
});

test.each([
  "zebra lantern copper violin",
  "three grey cats on a wall",
  "fünf Katzen dösen im Gras",
  "kJ3n9sLq0xPz71v",
  "猫は屋根の上で静かに眠っている朝",
])("%s is not common", (password) => {
  expect(judgePassword(password, MAIL)).toBeUndefined();
});

test("random passwords of every allowed length pass", () => {
  for (let length = 15; length <= 128; length++) {
    const password = randomBytes(128).toString("base64url").slice(0, length);
    expect(judgePassword(password, MAIL), password).toBeUndefined();
  }
});

test("lengths are counted in characters after normalisation", () => {
  expect(judgePassword("14 characters.", MAIL)).toBe("too-short");
  expect(judgePassword("e\u0301".repeat(14), MAIL)).toBe("too-short");
  expect(judgePassword("🐈z5🐕q8🦊w2🐇k7🐎m4🐓", MAIL)).toBeUndefined();
  expect(judgePassword(randomBytes(129).toString("latin1").slice(0, 129), MAIL)).toBe("too-long");
});

test("eight characters are enough beside a second factor, if they are not common", () => {
  expect(judgePassword("k7#mQz2p", MAIL, MIN_PASSWORD_LENGTH_WITH_SECOND_FACTOR)).toBeUndefined();
  for (const password of ["password", "sunshine1", "12345678", "qwertyui", "19850412", "iloveyou"])
    expect(judgePassword(password, MAIL, MIN_PASSWORD_LENGTH_WITH_SECOND_FACTOR), password).toBe("common");
});

/** How many pieces of a password are looked up: what judging it costs. */
function lookUps(password: string): number {
  const has = vi.spyOn(Set.prototype, "has");
  try {
    judgePassword(password, MAIL);
    return has.mock.calls.length;
  } finally {
    has.mockRestore();
  }
}

test("the cost of judging grows with the length and no faster", () => {
  for (const text of ["qwertyuiop1234567890passwordmonk", "a", "zebra lantern copper violin", "1q2w"]) {
    const long = text.repeat(128).slice(0, 128);
    // At most 40 pieces end at each character, and each is looked up three times at most.
    expect(lookUps(long), text).toBeLessThanOrEqual(3 * 40 * 128);
    expect(lookUps(long), text).toBeGreaterThan(0);
    expect(lookUps(long.repeat(8)), "too long to be looked at").toBe(0);
  }
});
